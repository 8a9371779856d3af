import type { Context } from 'hono';
import { sha256 } from '../src/wire/digest';
import type { Edge } from './environment';
import { notFound, Refusal } from './refusal';

export const hashToken = (token: string): Promise<string> => sha256(token);

export function bearer(c: Context<Edge>): string {
  const token = /^Bearer ([A-Za-z0-9_-]{20,200})$/i.exec(c.req.header('authorization') ?? '')?.[1];
  if (token) return token;
  throw new Refusal(
    401,
    'no-token',
    'This needs a token.',
    'Send the edit token, which the edit link carries after #edit=, as "Authorization: Bearer …".',
    { 'www-authenticate': 'Bearer' },
  );
}

/** Compares in constant time. Both are hashes, so of one length. */
export async function isTokenOf(token: string, hash: string | null): Promise<boolean> {
  if (hash === null) return false;
  const encoder = new TextEncoder();
  return crypto.subtle.timingSafeEqual(encoder.encode(await hashToken(token)), encoder.encode(hash));
}

export interface EditableCollection {
  id: string;
  kind: string;
  token_hash: string;
  revision: number;
  expires: number | null;
  removed: number | null;
}

/** The collection, if the request's token opens it. Wrong token, missing and revoked are one and the same reply. */
export async function openForEditing(c: Context<Edge>, id: string): Promise<EditableCollection> {
  const token = bearer(c);
  const row = await c.env.DB.prepare(
    'SELECT id, kind, token_hash, revision, expires, removed FROM collections WHERE id = ?1',
  )
    .bind(id)
    .first<EditableCollection>();
  const known = await isTokenOf(token, row?.token_hash ?? null);
  if (!row || !known || row.removed !== null) throw notFound();
  return row;
}
