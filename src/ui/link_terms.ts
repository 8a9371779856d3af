/** On what terms something is published: whether the gallery shows it, and for how long its link works. */
import type { Placement } from '../wire/client';

export type Lifetime = 'never' | '30-days' | '1-year';

export interface LinkTerms {
  listed: boolean;
  /** When the link ends. */
  lifetime: Lifetime;
}

/** Known to whoever has the link alone, and for ever. */
export const QUIET_TERMS: LinkTerms = { listed: false, lifetime: 'never' };

export const LIFETIMES: readonly { value: Lifetime; text: string }[] = [
  { value: 'never', text: 'Never' },
  { value: '30-days', text: 'After 30 days' },
  { value: '1-year', text: 'After 1 year' },
];

const DAY = 24 * 3600 * 1000;
const DAYS: Record<Lifetime, number> = { never: Number.POSITIVE_INFINITY, '30-days': 30, '1-year': 365 };

/** As the store takes them, for a new publication. */
export function settingsOf({ listed, lifetime }: LinkTerms, now: number): Pick<Placement, 'listed' | 'expires'> {
  return {
    ...(listed ? { listed } : {}),
    ...(lifetime === 'never' ? {} : { expires: new Date(now + DAYS[lifetime] * DAY).toISOString() }),
  };
}

/** What a publication's entry says of them: `in the gallery, until 22 Dec 2026`. */
export function termsText({ listed, expires }: Pick<Placement, 'listed' | 'expires'>, now: number): string {
  const end = expires === undefined ? undefined : Date.parse(expires);
  const day = (time: number) =>
    new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
  const term = end === undefined ? 'does not expire' : end <= now ? `expired on ${day(end)}` : `until ${day(end)}`;
  return `${listed ? 'in the gallery' : 'unlisted'}, ${term}`;
}
