import { expect, it } from 'vitest';
import { QUIET_TERMS, settingsOf, termsText } from '../../src/ui/link_terms';

const now = Date.parse('2026-11-22T12:00:00.000Z');

it('asks the store for nothing unless the user does', () => {
  expect(settingsOf(QUIET_TERMS, now)).toEqual({});
  expect(settingsOf({ listed: true, lifetime: '30-days' }, now)).toEqual({
    listed: true,
    expires: '2026-12-22T12:00:00.000Z',
  });
  expect(settingsOf({ listed: false, lifetime: '1-year' }, now)).toEqual({ expires: '2027-11-22T12:00:00.000Z' });
});

it('words the terms, and says when they have run out', () => {
  expect(termsText({}, now)).toBe('unlisted, does not expire');
  expect(termsText({ listed: true, expires: '2026-12-22T12:00:00.000Z' }, now)).toBe(
    'in the gallery, until 22 Dec 2026',
  );
  expect(termsText({ expires: '2026-11-21T12:00:00.000Z' }, now)).toBe('unlisted, expired on 21 Nov 2026');
});
