/** The loops of a fused kernel, made as few and as wide as its accesses allow. */

export interface Space {
  /** Extents, outermost first. */
  readonly dims: number[];
  /** For each access, its strides along them. */
  readonly strides: number[][];
}

/** Axes reordered, and dropped where their extent is 1. */
export function select(space: Space, axes: readonly number[]): Space {
  const kept = axes.filter((axis) => space.dims[axis] !== 1);
  return { dims: kept.map((axis) => space.dims[axis]), strides: space.strides.map((s) => kept.map((axis) => s[axis])) };
}

/** Neighbouring axes joined wherever every access runs through both as through one. */
export function collapse(space: Space): Space {
  const dims: number[] = [];
  const strides: number[][] = space.strides.map(() => []);
  for (let k = space.dims.length - 1; k >= 0; k--) {
    const joins = dims.length > 0 && space.strides.every((s, a) => s[k] === strides[a][0] * dims[0]);
    if (joins) {
      dims[0] *= space.dims[k];
    } else {
      dims.unshift(space.dims[k]);
      for (const [a, s] of space.strides.entries()) strides[a].unshift(s[k]);
    }
  }
  return { dims, strides };
}
