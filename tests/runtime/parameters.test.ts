/* Named parameters: where they lie, what they start from, what is refused. */
import { describe, expect, it } from 'vitest';
import { Graph, glorotUniform, heNormal, type Initialiser, normal, ones, ParameterSet, zeros } from '../../src/runtime';

function started(shape: number[], initialiser: Initialiser, seed = 1): Float32Array {
  const set = new ParameterSet('net');
  set.scope(new Graph()).parameter('w', shape, initialiser);
  const values = set.unpack(set.initialValues(seed)).get('w');
  if (!values) throw new Error('not there');
  return values.data;
}

const moments = (values: Float32Array) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, sd: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length) };
};

describe('first values', () => {
  const shape = [3, 3, 32, 64]; // 18,432 values: a mean is known to sd / 136
  it('Glorot: uniform within √(6 / (fan in + fan out))', () => {
    const limit = Math.sqrt(6 / (9 * 32 + 9 * 64));
    const values = started(shape, glorotUniform());
    const { mean, sd } = moments(values);
    expect(Math.max(...values)).toBeLessThanOrEqual(limit);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-limit);
    expect(Math.abs(mean)).toBeLessThan((4 * limit) / Math.sqrt(3) / 136);
    expect(sd / (limit / Math.sqrt(3))).toBeCloseTo(1, 1);
  });

  it('He: normal with variance 2 / fan in', () => {
    const { mean, sd } = moments(started(shape, heNormal()));
    const wanted = Math.sqrt(2 / (9 * 32));
    expect(Math.abs(mean)).toBeLessThan((4 * wanted) / 136);
    expect(sd / wanted).toBeCloseTo(1, 1);
  });

  it('a dense layer counts its rows as fan in', () => {
    expect(moments(started([800, 20], heNormal())).sd / Math.sqrt(2 / 800)).toBeCloseTo(1, 1);
  });

  it('normal, ones, zeros', () => {
    const { mean, sd } = moments(started(shape, normal(3, 0.5)));
    expect(mean).toBeCloseTo(3, 1);
    expect(sd).toBeCloseTo(0.5, 1);
    expect(started([2], ones())).toEqual(Float32Array.of(1, 1));
    expect(started([2], zeros())).toEqual(Float32Array.of(0, 0));
  });

  it('depend on the seed and on the name, not on what was declared before', () => {
    expect(started([8], glorotUniform(), 1)).toEqual(started([8], glorotUniform(), 1));
    expect(started([8], glorotUniform(), 1)).not.toEqual(started([8], glorotUniform(), 2));
    const set = new ParameterSet('net');
    const p = set.scope(new Graph());
    p.parameter('v', [8], glorotUniform());
    p.parameter('w', [8], glorotUniform());
    const values = set.unpack(set.initialValues(1));
    expect(values.get('w')?.data).toEqual(started([8], glorotUniform(), 1));
    expect(values.get('v')?.data).not.toEqual(values.get('w')?.data);
  });
});

describe('the flat buffer', () => {
  it('starts each parameter where a binding may start, and packs what it unpacks', () => {
    const set = new ParameterSet('net');
    const p = set.scope(new Graph());
    p.child('conv').parameter('weight', [3, 3, 2, 5], glorotUniform());
    p.child('conv').parameter('bias', [5], normal(0, 1));
    p.parameter('last', [70], normal(0, 1));
    expect(set.entries.map(({ name, offset }) => [name, offset])).toEqual([
      ['conv.weight', 0],
      ['conv.bias', 128],
      ['last', 192],
    ]);
    expect(set.count).toBe(90 + 5 + 70);
    expect(set.size).toBe(320);
    const flat = set.initialValues(5);
    expect(set.pack(set.unpack(flat))).toEqual(flat);
  });

  it('one name is one parameter, in every graph', () => {
    const set = new ParameterSet('net');
    const graph = new Graph();
    const first = set.scope(graph).parameter('w', [2], zeros());
    expect(set.scope(graph).parameter('w', [2], ones())).toBe(first);
    expect(set.scope(new Graph()).parameter('w', [2], zeros())).not.toBe(first);
    expect(set.entries).toHaveLength(1);
  });
});
