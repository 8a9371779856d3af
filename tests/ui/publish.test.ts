import { expect, it } from 'vitest';
import type { PublishedItem } from '../../src/ui/autosave';
import { ownCollections } from '../../src/ui/publish';

const item = (change: Partial<PublishedItem>): PublishedItem => ({
  id: 'v1',
  title: 'Nuclei',
  link: '/m/v1',
  collection: 'c1',
  editToken: 'secret',
  bytes: 1,
  publishedAt: 0,
  ...change,
});

it('offers each series once, by its newest title, and none that this browser cannot edit', () => {
  const published = [
    item({ id: 'v2', title: 'Nuclei, longer' }),
    item({}),
    item({ id: 'i1', collection: 'c2', kind: 'result' }),
    item({ id: 'd1', collection: 'c5', title: 'Pairs', kind: 'dataset', listed: true }),
    item({ id: 'v3', collection: 'c3', editToken: undefined }),
    item({ id: 'v4', collection: 'c4', title: 'Retina', editToken: 'other' }),
  ];
  expect(ownCollections(published)).toEqual([
    { collection: 'c1', title: 'Nuclei, longer', editToken: 'secret' },
    { collection: 'c4', title: 'Retina', editToken: 'other' },
  ]);
  const data = { collection: 'c5', title: 'Pairs', editToken: 'secret', listed: true };
  expect(ownCollections(published, 'dataset')).toEqual([data]);
});
