import { expect, test } from 'vitest';
import { isInstalled } from '../../scripts/ensure_installed.mjs';

const wanted = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/lit': { version: '3.3.3' },
    'node_modules/other-platform': { version: '1.0.0', optional: true },
  },
};

test('an installation with every required package at its version is whole', () => {
  expect(isInstalled({ packages: { 'node_modules/lit': { version: '3.3.3' } } }, wanted)).toBe(true);
});

test.each([
  ['nothing installed', undefined],
  ['a package is missing', { packages: {} }],
  ['a package has another version', { packages: { 'node_modules/lit': { version: '3.3.2' } } }],
  [
    'an optional package has another version',
    { packages: { 'node_modules/lit': { version: '3.3.3' }, 'node_modules/other-platform': { version: '0.9.0' } } },
  ],
])('%s: it is not', (_, installed) => {
  expect(isInstalled(installed, wanted)).toBe(false);
});
