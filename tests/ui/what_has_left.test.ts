import { expect, it } from 'vitest';
import type { PublishedItem } from '../../src/ui/autosave';
import { whatHasLeft } from '../../src/ui/what_has_left';

const item = { id: 'v1', title: 'Nuclei' } as PublishedItem;
const plan = {};

it('says that nothing has left only where nothing was sent', () => {
  expect(whatHasLeft({ published: [], brokenOff: [] }).heading).toBe('Nothing has left this browser so far');
  expect(whatHasLeft({ published: [item], brokenOff: [] }).heading).toBe(
    'Only what is listed below has left this browser',
  );
});

it('does not leave out an upload that broke off', () => {
  const alone = whatHasLeft({ published: [], brokenOff: [plan] });
  expect(alone.heading).toBe('Only part of an upload has left this browser');
  expect(alone.text).toContain('can be read by nobody');
  expect(whatHasLeft({ published: [item], brokenOff: [plan] }).heading).toBe(
    'Only what is listed below, and part of an upload, has left this browser',
  );
});
