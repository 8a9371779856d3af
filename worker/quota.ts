import type { Context } from 'hono';
import type { Edge } from './environment';
import { Refusal } from './refusal';
import { senderOfToday, today } from './sender';

interface Amount {
  bytes: number;
  items: number;
}

/** Counted against the sender and against everybody, before anything is stored. `refund` takes it back. */
export interface Reservation {
  refund(): Promise<void>;
}

/** Adds to a day's row only where the sum stays within the limits: the database decides, so racing uploads cannot pass. */
const RESERVE = `INSERT INTO usage (day, who, bytes, items) SELECT ?1, ?2, ?3, ?4 WHERE ?3 <= ?5 AND ?4 <= ?6
  ON CONFLICT (day, who) DO UPDATE SET bytes = bytes + ?3, items = items + ?4
  WHERE bytes + ?3 <= ?5 AND items + ?4 <= ?6 RETURNING bytes`;
const REFUND = 'UPDATE usage SET bytes = bytes - ?3, items = items - ?4 WHERE day = ?1 AND who = ?2';
const EVERYBODY = 'all';

export async function reserve(c: Context<Edge>, amount: Amount): Promise<Reservation> {
  const { DB, SENDER_BYTES_PER_DAY, SENDER_ITEMS_PER_DAY, ALL_BYTES_PER_DAY } = c.env;
  const day = today();
  const sender = await senderOfToday(c);
  const rows = [
    { who: sender, bytes: SENDER_BYTES_PER_DAY, items: SENDER_ITEMS_PER_DAY },
    { who: EVERYBODY, bytes: ALL_BYTES_PER_DAY, items: Number.MAX_SAFE_INTEGER },
  ];
  const statement = DB.prepare(RESERVE);
  const results = await DB.batch(
    rows.map(({ who, bytes, items }) => statement.bind(day, who, amount.bytes, amount.items, bytes, items)),
  );
  const granted = rows.filter((_, i) => results[i].results.length > 0).map(({ who }) => who);
  const reservation = {
    async refund() {
      const back = DB.prepare(REFUND);
      await DB.batch(granted.map((who) => back.bind(day, who, amount.bytes, amount.items)));
    },
  };
  if (granted.length === rows.length) return reservation;
  if (granted.length > 0) await reservation.refund();
  throw usedUp(granted.includes(sender) ? 'everybody' : 'you');
}

function usedUp(whose: 'you' | 'everybody'): Refusal {
  const midnight = 86_400 - (Math.floor(Date.now() / 1000) % 86_400);
  const what =
    whose === 'you'
      ? "Today's quota for uploads from your network address is used up."
      : "Today's quota of this store for all uploads together is used up.";
  return new Refusal(429, 'quota', what, 'Go on after midnight UTC: what is uploaded already need not be sent again.', {
    'retry-after': String(midnight),
  });
}
