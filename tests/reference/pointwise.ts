/* f(x) per element, and f(a, b) with shapes aligned at the right and extents of 1 repeated. */
import { type Nd, nd } from './array';
import { broadcastTo } from './layout';

export function map(x: Nd, f: (value: number) => number): Nd {
  return nd(x.shape, x.data.map(f));
}

export function broadcastShape(a: number[], b: number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const i = a[axis - rank + a.length] ?? 1;
    const j = b[axis - rank + b.length] ?? 1;
    if (i !== j && i !== 1 && j !== 1) throw new Error(`[${a}] and [${b}] do not broadcast`);
    return i === 1 ? j : i;
  });
}

export function zip(a: Nd, b: Nd, f: (a: number, b: number) => number): Nd {
  const shape = broadcastShape(a.shape, b.shape);
  const left = broadcastTo(a, shape);
  const right = broadcastTo(b, shape);
  return nd(
    shape,
    left.data.map((value, i) => f(value, right.data[i])),
  );
}

export const add = (a: Nd, b: Nd) => zip(a, b, (p, q) => p + q);
export const sub = (a: Nd, b: Nd) => zip(a, b, (p, q) => p - q);
export const mul = (a: Nd, b: Nd) => zip(a, b, (p, q) => p * q);
export const div = (a: Nd, b: Nd) => zip(a, b, (p, q) => p / q);
export const maximum = (a: Nd, b: Nd) => zip(a, b, Math.max);
export const minimum = (a: Nd, b: Nd) => zip(a, b, Math.min);
export const greater = (a: Nd, b: Nd) => zip(a, b, (p, q) => (p > q ? 1 : 0));
export const select = (condition: Nd, a: Nd, b: Nd) => {
  const pick = zip(condition, a, (c, p) => (c !== 0 ? p : 0));
  return add(
    pick,
    zip(condition, b, (c, q) => (c !== 0 ? 0 : q)),
  );
};

export const neg = (x: Nd) => map(x, (v) => -v);
export const relu = (x: Nd) => map(x, (v) => Math.max(v, 0));
export const leakyRelu = (x: Nd, slope = 0.2) => map(x, (v) => (v > 0 ? v : slope * v));
export const tanh = (x: Nd) => map(x, Math.tanh);
export const sigmoid = (x: Nd) => map(x, (v) => 1 / (1 + Math.exp(-v)));
export const softplus = (x: Nd) => map(x, (v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))));
export const exp = (x: Nd) => map(x, Math.exp);
export const log = (x: Nd) => map(x, Math.log);
export const sqrt = (x: Nd) => map(x, Math.sqrt);
export const rsqrt = (x: Nd) => map(x, (v) => 1 / Math.sqrt(v));
export const abs = (x: Nd) => map(x, Math.abs);
export const sign = (x: Nd) => map(x, Math.sign);
export const square = (x: Nd) => map(x, (v) => v * v);
export const clamp = (x: Nd, low: number, high: number) => map(x, (v) => Math.min(Math.max(v, low), high));
