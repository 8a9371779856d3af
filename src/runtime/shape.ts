/** Shapes are row-major, the last dimension fastest; images are [N, H, W, C]. */
export type Shape = readonly number[];

export const sizeOf = (shape: Shape): number => shape.reduce((product, extent) => product * extent, 1);

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((extent, i) => extent === b[i]);

export const showShape = (shape: Shape): string => `[${shape.join(', ')}]`;

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d];
  }
  return strides;
}

/**
 * Strides of the axes that a reshape splits: for each axis of `fine`, its step where `coarse` has `strides`; null where
 * `fine` does not just split axes of `coarse`.
 */
export function splitStrides(fine: Shape, coarse: Shape, strides: readonly number[]): number[] | null {
  const out = new Array<number>(fine.length).fill(0);
  let d = fine.length - 1;
  for (let c = coarse.length - 1; c >= 0; c--) {
    let step = strides[c];
    let left = coarse[c];
    while (left > 1) {
      if (d < 0 || left % fine[d] !== 0) return null;
      out[d] = step;
      step *= fine[d];
      left /= fine[d--];
    }
  }
  return fine.slice(0, d + 1).every((extent) => extent === 1) ? out : null;
}

/** The shape that two operands broadcast to (numpy's rule). */
export function broadcastShapes(a: Shape, b: Shape, op: string): Shape {
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let d = 0; d < rank; d++) {
    const ea = a[d - rank + a.length] ?? 1;
    const eb = b[d - rank + b.length] ?? 1;
    if (ea !== eb && ea !== 1 && eb !== 1) {
      throw new ShapeError(
        op,
        `shapes ${showShape(a)} and ${showShape(b)}`,
        'shapes that broadcast (equal or 1, aligned at the end)',
      );
    }
    out[d] = ea === 1 ? eb : ea;
  }
  return out;
}

/** Axes normalised to 0…rank−1, sorted, each once. */
export function normaliseAxes(axes: readonly number[] | undefined, rank: number, op: string): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, d) => d);
  const out = axes.map((axis) => {
    const d = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(d) || d < 0 || d >= rank)
      throw new ShapeError(op, `axis ${axis}`, `an axis of a tensor of rank ${rank}`);
    return d;
  });
  return [...new Set(out)].sort((p, q) => p - q);
}

/** A wrong shape or attribute: what was got and what was wanted. */
export class ShapeError extends Error {
  constructor(
    readonly op: string,
    readonly got: string,
    readonly wanted: string,
  ) {
    super(`${op}: got ${got}, wanted ${wanted}`);
    this.name = 'ShapeError';
  }
}
