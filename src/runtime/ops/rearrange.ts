/** Ops that move elements: transpose, slice, concat, pad. */
import type { Tensor } from '../graph';
import { type DeviceTraits, floatBits, groupsFor, type Kernels, only, turnsFor } from '../kernel';
import { type Shape, ShapeError, sameShape, showShape, sizeOf } from '../shape';
import { viewKey } from './broadcast';

/** Axes reordered: output axis i is input axis order[i]. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  if (order.length !== x.rank || [...order].sort((p, q) => p - q).some((axis, d) => axis !== d)) {
    throw new ShapeError(
      'transpose',
      `order ${showShape(order)} for ${showShape(x.shape)}`,
      `each axis 0…${x.rank - 1} once`,
    );
  }
  if (order.every((axis, d) => axis === d)) return x;
  const inverse = x.shape.map((_, d) => order.indexOf(d));
  const index = inverse.map((from) => ({ from, step: 1, offset: 0 }));
  const shape = order.map((axis) => x.shape[axis]);
  return x.graph.add({ kind: 'view', index, gradient: (d) => [transpose(d, inverse)] }, [x], shape, viewKey(index));
}

/** `size` elements along each axis from `begin`, every `step`-th. */
export function slice(
  x: Tensor,
  begin: readonly number[],
  size: readonly number[],
  step: readonly number[] = begin.map(() => 1),
): Tensor {
  const inside = (d: number): boolean =>
    begin[d] >= 0 && size[d] >= 1 && step[d] >= 1 && begin[d] + (size[d] - 1) * step[d] < x.shape[d];
  if (begin.length !== x.rank || size.length !== x.rank || !x.shape.every((_, d) => inside(d))) {
    throw new ShapeError(
      'slice',
      `begin ${showShape(begin)}, size ${showShape(size)}, step ${showShape(step)}`,
      `a part of ${showShape(x.shape)}`,
    );
  }
  if (sameShape(size, x.shape)) return x;
  const index = x.shape.map((_, d) => ({ from: d, step: step[d], offset: begin[d] }));
  const gradient = (d: Tensor): Tensor[] => [unslice(d, x.shape, begin, step)];
  return x.graph.add({ kind: 'view', index, gradient }, [x], size, viewKey(index));
}

/** Zeros of `shape` with `x` laid at `begin`, every `step`-th element: the adjoint of {@link slice}. */
function unslice(x: Tensor, shape: Shape, begin: readonly number[], step: readonly number[]): Tensor {
  const gradient = (d: Tensor): Tensor[] => [slice(d, begin, x.shape, step)];
  return padKernel('zero', x, shape, begin, step, gradient);
}

export type PadMode = 'zero' | 'reflect';

/**
 * Widens each axis by [before, after]: with zeros, or with the image mirrored about its border pixels (which are not
 * repeated), as numpy's `reflect`.
 */
export function pad(x: Tensor, amounts: readonly (readonly [number, number])[], mode: PadMode = 'zero'): Tensor {
  const valid =
    amounts.length === x.rank &&
    amounts.every(([b, a], d) => b >= 0 && a >= 0 && (mode === 'zero' || Math.max(a, b) < x.shape[d]));
  if (!valid) {
    throw new ShapeError(
      'pad',
      `${JSON.stringify(amounts)} (${mode}) for ${showShape(x.shape)}`,
      'an amount ≥ 0 for each side of each axis, below its extent for reflection',
    );
  }
  if (amounts.every(([b, a]) => b === 0 && a === 0)) return x;
  const begin = amounts.map(([before]) => before);
  const shape = x.shape.map((extent, d) => extent + amounts[d][0] + amounts[d][1]);
  const ones = begin.map(() => 1);
  if (mode === 'zero') return unslice(x, shape, begin, ones);
  return padKernel('reflect', x, shape, begin, ones, (d) => [unreflect(d, x.shape, begin)]);
}

/** The adjoint of reflection padding: what was copied out is summed back. */
function unreflect(x: Tensor, shape: Shape, begin: readonly number[]): Tensor {
  const ones = begin.map(() => 1);
  const gradient = (d: Tensor): Tensor[] => [
    padKernel('reflect', d, x.shape, begin, ones, (dd) => [unreflect(dd, shape, begin)]),
  ];
  return padKernel('unreflect', x, shape, begin, ones, gradient);
}

function padKernel(
  mode: string,
  x: Tensor,
  shape: Shape,
  begin: readonly number[],
  step: readonly number[],
  gradient: (d: Tensor) => Tensor[],
): Tensor {
  if (x.rank > 4) throw new ShapeError('pad', `rank ${x.rank}`, 'at most 4 axes');
  const four = (values: readonly number[], fill: number): number[] => [
    ...new Array<number>(4 - values.length).fill(fill),
    ...values,
  ];
  const last = shape.length - 1;
  const vec4 = shape[last] === x.shape[last] && shape[last] % 4 === 0;
  const inVectors = (extents: readonly number[]): number[] =>
    four(vec4 ? extents.map((extent, d) => (d === last ? extent / 4 : extent)) : extents, 1);
  const [source, to] = [inVectors(x.shape), inVectors(shape)];
  const stepped = step.some((s) => s !== 1);
  const kernels = (device: DeviceTraits): Kernels => {
    const turns = turnsFor(sizeOf(to), device);
    const threads = [to[0], to[1], Math.ceil(to[2] / turns), to[3]];
    const inverse = threads.slice(1).map((extent) => floatBits(Math.fround(1 / extent)));
    return {
      scratch: [],
      kernels: [
        {
          shader: 'pad',
          defines: { REFLECT: mode === 'reflect', UNREFLECT: mode === 'unreflect', STEPPED: stepped, VEC4: vec4 },
          params: [...source, ...to, ...four(begin, 0), ...four(step, 1), ...inverse, sizeOf(threads), turns],
          buffers: [{ input: 0 }, { output: 0 }],
          workgroups: groupsFor(sizeOf(threads), 64),
        },
      ],
    };
  };
  const key = `${mode} begin ${begin.join(',')} step ${step.join(',')}`;
  return x.graph.add(
    { kind: 'kernel', name: `pad_${mode}`, key, candidates: only(kernels), gradient },
    [x],
    shape,
    key,
  );
}

/** The inputs one after another along `axis`. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const [head] = parts;
  const d = axis < 0 ? axis + head.rank : axis;
  const agrees = (t: Tensor): boolean =>
    t.rank === head.rank && t.shape.every((extent, k) => k === d || extent === head.shape[k]);
  if (!(d >= 0 && d < head.rank) || !parts.every(agrees)) {
    throw new ShapeError(
      'concat',
      `${parts.map((t) => showShape(t.shape)).join(' and ')} along axis ${axis}`,
      'shapes that differ along that axis alone',
    );
  }
  if (parts.length === 1) return head;
  const shape = head.shape.map((extent, k) => (k === d ? parts.reduce((total, t) => total + t.shape[d], 0) : extent));
  const starts = parts.map((_, i) => parts.slice(0, i).reduce((total, t) => total + t.shape[d], 0));
  const gradient = (g: Tensor, need: readonly boolean[]): (Tensor | null)[] =>
    parts.map((t, i) =>
      need[i]
        ? slice(
            g,
            shape.map((_, k) => (k === d ? starts[i] : 0)),
            t.shape,
          )
        : null,
    );
  return head.graph.add({ kind: 'concat', axis: d, gradient }, parts, shape, `concat ${d}`);
}
