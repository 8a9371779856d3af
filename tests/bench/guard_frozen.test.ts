import { expect, test } from 'vitest';
import { familyOf, written } from '../../src/bench/guard/frozen';
import { wordsOf } from '../../src/bench/guard/record';

const ramp = (count: number, from: number): Float32Array => Float32Array.from({ length: count }, (_, i) => from + i);

test('a tensor of the case is named where it lies, what else is not zero is kept', () => {
  const data = new Float32Array(64);
  data.set(ramp(8, 1), 16);
  data.set([0.5, 2], 40);
  expect(wordsOf(data, new Map([['x', ramp(8, 1)]]))).toEqual({
    words: 64,
    parts: [
      [16, 'x'],
      [40, [0x3f000000, 0x40000000]],
    ],
  });
});

test('a tensor that is not there whole, or is all alike, is no name for anything', () => {
  const data = new Uint32Array(8);
  data.set([1, 1], 6);
  const tensors = new Map([
    ['ones', new Float32Array(new Uint32Array([1, 1]).buffer)],
    ['longer', new Float32Array(new Uint32Array([1, 1, 2]).buffer)],
  ]);
  expect(wordsOf(data, tensors)).toEqual({ words: 8, parts: [[6, [1, 1]]] });
});

test('many numbers that nothing explains are refused', () => {
  expect(() => wordsOf(ramp(10_000, 1), new Map())).toThrow('a write of 10000 words that are of no tensor');
});

test('a family has no version in it, but the lanes of its subgroups', () => {
  const swiftshader = { name: 'SwiftShader driver 5.0.0', vendor: 'google', architecture: 'swiftshader' };
  const later = { ...swiftshader, name: 'SwiftShader driver 6.1.0' };
  const [four, none] = [{ subgroupSize: 4 }, { subgroupSize: 0 }];
  expect(familyOf({ adapter: swiftshader, traits: four })).toBe('google-swiftshader-4');
  expect(familyOf({ adapter: later, traits: four })).toBe('google-swiftshader-4');
  expect(familyOf({ adapter: swiftshader, traits: none })).toBe('google-swiftshader');
  const nameless = { name: 'Some GPU (rev 2)', vendor: '', architecture: '' };
  expect(familyOf({ adapter: nameless, traits: four })).toBe('Some_GPU_rev_2_-4');
});

test('a file is JSON with a line for each call', () => {
  const setup = [
    ['device', 'createBuffer', [{ size: 4, usage: 8 }], 'Buffer 1'],
    ['queue', 'writeBuffer', [{ of: 'Buffer 1' }, 0, { words: 1, parts: [[0, [7]]] }]],
  ];
  const file = { date: '2026-01-01', paragraphs: [['a', 'b']], programs: { one: { setup, run: [] } } };
  const text = written(file);
  expect(JSON.parse(text)).toEqual(file);
  const lines = text.split('\n').map((line) => line.trim());
  expect(lines).toContain('["device","createBuffer",[{"size":4,"usage":8}],"Buffer 1"],');
  expect(lines).toContain('"a",');
});
