import { expect, test } from 'vitest';
import { groupsFor } from '../../src/runtime/kernel';

test.each([0, 1, 64, 65_535 * 64, 65_536 * 64, 65_535 * 64 + 1, 3 * 65_535 * 64 - 5, 2 ** 28])(
  '%i threads get the groups they need, within the limit, and few more',
  (threads) => {
    const [x, y, z] = groupsFor(threads, 64);
    expect(Math.max(x, y, z)).toBeLessThanOrEqual(65_535);
    expect(x * y * z * 64).toBeGreaterThanOrEqual(threads);
    expect(x * y * z).toBeLessThan(Math.max(1, Math.ceil(threads / 64)) + y);
  },
);
