import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isStale } from '../../scripts/freshness.mjs';

let folder: string;
let sources: string;
let output: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mendscope-freshness-'));
  sources = join(folder, 'src');
  output = join(folder, 'built.js');
  mkdirSync(join(sources, 'deep'), { recursive: true });
  writeAt(join(sources, 'deep', 'a.ts'), 100);
  writeAt(output, 200);
  age(join(sources, 'deep'), 100);
  age(sources, 100);
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a build newer than all its sources is fresh', () => {
  expect(isStale(output, [sources, join(folder, 'absent.json')])).toBe(false);
});

test('a missing build is stale', () => {
  expect(isStale(join(folder, 'absent.js'), [sources])).toBe(true);
});

test('a source that changed deep down makes it stale', () => {
  age(join(sources, 'deep', 'a.ts'), 300);
  expect(isStale(output, [sources])).toBe(true);
});

test('a source that was removed makes it stale', () => {
  rmSync(join(sources, 'deep', 'a.ts'));
  expect(isStale(output, [sources])).toBe(true);
});

function writeAt(path: string, seconds: number) {
  writeFileSync(path, '');
  age(path, seconds);
}

function age(path: string, seconds: number) {
  utimesSync(path, seconds, seconds);
}
