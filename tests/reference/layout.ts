/* Ops that only move values: pad, concat, slice, reshape, transpose, broadcastTo, oneHot. */
import { eachIndex, type Nd, nd, position } from './array';
import { sourceOf } from './conv2d';

/** y[i] = x[i − before], 0 outside (zero) or mirrored without repeating the edge (reflect). */
export function pad(x: Nd, widths: [number, number][], mode: 'zero' | 'reflect' = 'zero'): Nd {
  const y = nd(x.shape.map((extent, axis) => widths[axis][0] + extent + widths[axis][1]));
  eachIndex(y.shape, (index, at) => {
    const from = index.map((i, axis) => sourceOf(i - widths[axis][0], x.shape[axis], mode === 'reflect'));
    if (from.every((i) => i >= 0)) y.data[at] = x.data[position(x.shape, from)];
  });
  return y;
}

export function concat(parts: Nd[], axis: number): Nd {
  const shape = [...parts[0].shape];
  shape[axis] = parts.reduce((total, part) => total + part.shape[axis], 0);
  const y = nd(shape);
  let offset = 0;
  for (const part of parts) {
    eachIndex(part.shape, (index, at) => {
      const to = index.map((i, a) => (a === axis ? i + offset : i));
      y.data[position(shape, to)] = part.data[at];
    });
    offset += part.shape[axis];
  }
  return y;
}

export function slice(x: Nd, begin: number[], size: number[], step = begin.map(() => 1)): Nd {
  const y = nd(size);
  eachIndex(size, (index, at) => {
    const from = index.map((i, axis) => begin[axis] + i * step[axis]);
    y.data[at] = x.data[position(x.shape, from)];
  });
  return y;
}

export function reshape(x: Nd, shape: number[]): Nd {
  return nd(shape, x.data);
}

/** Axis a of y is axis perm[a] of x. */
export function transpose(x: Nd, perm: number[]): Nd {
  const y = nd(perm.map((axis) => x.shape[axis]));
  eachIndex(y.shape, (index, at) => {
    const from: number[] = [];
    perm.forEach((axis, a) => {
      from[axis] = index[a];
    });
    y.data[at] = x.data[position(x.shape, from)];
  });
  return y;
}

/** Shapes aligned at the right; an extent of 1 is repeated. */
export function broadcastTo(x: Nd, shape: number[]): Nd {
  const y = nd(shape);
  const lead = shape.length - x.shape.length;
  eachIndex(shape, (index, at) => {
    const from = x.shape.map((extent, axis) => (extent === 1 ? 0 : index[axis + lead]));
    y.data[at] = x.data[position(x.shape, from)];
  });
  return y;
}

export function oneHot(index: Nd, classes: number): Nd {
  const y = nd([...index.shape, classes]);
  index.data.forEach((k, n) => {
    y.data[n * classes + k] = 1;
  });
  return y;
}
