import { eachIndex, type Nd, nd, position } from './array';

/** Σ over `axes` (all where none is named). */
export function sum(x: Nd, axes?: number[], { keepDims = false } = {}): Nd {
  const over = new Set(
    (axes ?? x.shape.map((_, axis) => axis)).map((axis) => (axis < 0 ? axis + x.shape.length : axis)),
  );
  const kept = nd(x.shape.map((extent, axis) => (over.has(axis) ? 1 : extent)));
  eachIndex(x.shape, (index, at) => {
    const to = index.map((i, axis) => (over.has(axis) ? 0 : i));
    kept.data[position(kept.shape, to)] += x.data[at];
  });
  return keepDims
    ? kept
    : nd(
        x.shape.filter((_, axis) => !over.has(axis)),
        kept.data,
      );
}

export function mean(x: Nd, axes?: number[], options = {}): Nd {
  const total = sum(x, axes, options);
  const count = x.data.length / total.data.length;
  return nd(
    total.shape,
    total.data.map((value) => value / count),
  );
}
