import type { Context } from 'hono';
import { hexadecimal } from '../src/wire/digest';
import type { Edge } from './environment';

export const today = (now = Date.now()): string => new Date(now).toISOString().slice(0, 10);

/**
 * Who sends, for one day: the network address under a random key that is made each day and deleted the day after.
 * Nothing that is stored leads back to the address once the key is gone.
 */
export async function senderOfToday(c: Context<Edge>): Promise<string> {
  const key = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(await keyOf(c.env.DB, today())),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  return hexadecimal(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(networkOf(c)))).slice(0, 32);
}

/** The network address a request came from. Of IPv6 the /64: one customer has all the addresses in it. */
export function networkOf(c: Context<Edge>): string {
  const address = c.req.header('cf-connecting-ip') ?? 'local';
  if (!address.includes(':')) return address;
  const [front, back = ''] = address.split('::');
  const groups = front.split(':');
  const zeros = address.includes('::') ? 8 - groups.length - back.split(':').length : 0;
  const whole = [...groups, ...Array<string>(Math.max(zeros, 0)).fill('0'), ...back.split(':')];
  return `${whole
    .slice(0, 4)
    .map((group) => Number.parseInt(group || '0', 16).toString(16))
    .join(':')}::/64`;
}

/** One isolate asks the database once a day. */
let known: { day: string; key: string } | undefined;

async function keyOf(db: D1Database, day: string): Promise<string> {
  if (known?.day === day) return known.key;
  const fresh = hexadecimal(crypto.getRandomValues(new Uint8Array(32)).buffer);
  await db
    .prepare('INSERT INTO day_keys (day, key) VALUES (?1, ?2) ON CONFLICT (day) DO NOTHING')
    .bind(day, fresh)
    .run();
  const row = await db.prepare('SELECT key FROM day_keys WHERE day = ?1').bind(day).first<{ key: string }>();
  known = { day, key: row?.key ?? fresh };
  return known.key;
}
