/** A dense row-major float64 array: what every definition in this folder takes and gives. Images are NHWC. */
export interface Nd {
  readonly shape: number[];
  readonly data: Float64Array;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

export function nd(shape: readonly number[], data?: ArrayLike<number>): Nd {
  const size = sizeOf(shape);
  if (data && data.length !== size) throw new Error(`${data.length} values for shape [${shape}], which has ${size}`);
  return { shape: [...shape], data: data ? Float64Array.from(data) : new Float64Array(size) };
}

export function scalar(value: number): Nd {
  return nd([], [value]);
}

/** Row-major position of `index` in `shape`. */
export function position(shape: readonly number[], index: readonly number[]): number {
  let at = 0;
  for (let axis = 0; axis < shape.length; axis++) at = at * shape[axis] + index[axis];
  return at;
}

/** Every index of `shape` in row-major order, with its position. The index array is reused: copy it to keep it. */
export function eachIndex(shape: readonly number[], visit: (index: number[], at: number) => void): void {
  const index = shape.map(() => 0);
  const size = sizeOf(shape);
  for (let at = 0; at < size; at++) {
    visit(index, at);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
}
