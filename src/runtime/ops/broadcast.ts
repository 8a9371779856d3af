/** Broadcast and its adjoint, the sum; and reshape, which both need. */
import type { Tensor, ViewIndex } from '../graph';
import { normaliseAxes, type Shape, ShapeError, sameShape, showShape, sizeOf } from '../shape';

const broadcastIndex: ViewIndex = { from: -1, step: 0, offset: 0 };
export const viewKey = (index: readonly ViewIndex[]): string =>
  `view ${index.map((i) => `${i.from}*${i.step}+${i.offset}`).join(' ')}`;

/** Numpy's broadcast: axes of extent 1, or missing in front, are repeated. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = shape.length - x.rank;
  const fits = lead >= 0 && x.shape.every((extent, d) => extent === 1 || extent === shape[d + lead]);
  if (!fits) throw new ShapeError('broadcastTo', showShape(x.shape), `a shape that broadcasts to ${showShape(shape)}`);
  const index = x.shape.map((extent, d) => (extent === 1 ? broadcastIndex : { from: d + lead, step: 1, offset: 0 }));
  return x.graph.add({ kind: 'view', index, gradient: (d) => [sumTo(d, x.shape)] }, [x], shape, viewKey(index));
}

/** The sum over the axes along which `shape` was broadcast. */
function sumTo(x: Tensor, shape: Shape): Tensor {
  const lead = x.rank - shape.length;
  const axes = x.shape.map((_, d) => d).filter((d) => d < lead || (shape[d - lead] === 1 && x.shape[d] !== 1));
  return reshape(axes.length > 0 ? sum(x, axes, { keepDims: true }) : x, shape);
}

/** The same elements in row-major order under another shape; one extent may be −1. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = sizeOf(shape.filter((extent) => extent !== -1));
  const to = shape.map((extent) => (extent === -1 ? sizeOf(x.shape) / known : extent));
  if (sizeOf(to) !== sizeOf(x.shape)) {
    throw new ShapeError(
      'reshape',
      `${showShape(x.shape)} to ${showShape(shape)}`,
      `a shape of ${sizeOf(x.shape)} elements`,
    );
  }
  if (sameShape(x.shape, to)) return x;
  const gradient = (d: Tensor): Tensor[] => [reshape(d, x.shape)];
  const index = unitReshape(x.shape, to);
  if (index) return x.graph.add({ kind: 'view', index, gradient }, [x], to, viewKey(index));
  return x.graph.add({ kind: 'reshape', gradient }, [x], to, 'reshape');
}

/** A reshape that only adds or drops axes of extent 1 is a view; null where it is more. */
function unitReshape(from: Shape, to: Shape): ViewIndex[] | null {
  const kept = to.map((extent, d) => ({ extent, d })).filter((axis) => axis.extent !== 1);
  if (
    !sameShape(
      kept.map((axis) => axis.extent),
      from.filter((extent) => extent !== 1),
    )
  )
    return null;
  let next = 0;
  return from.map((extent) => (extent === 1 ? broadcastIndex : { from: kept[next++].d, step: 1, offset: 0 }));
}

export interface ReduceOptions {
  /** Keep the reduced axes with extent 1. */
  keepDims?: boolean;
}

/** Σ over `axes` (all of them where left out: shape []). */
export function sum(x: Tensor, axes?: readonly number[], { keepDims = false }: ReduceOptions = {}): Tensor {
  const over = normaliseAxes(axes, x.rank, 'sum').filter((d) => x.shape[d] !== 1 || !keepDims);
  const kept = x.shape.map((extent, d) => (over.includes(d) ? 1 : extent));
  const dropped = x.shape.filter((_, d) => !over.includes(d));
  const real = over.filter((d) => x.shape[d] !== 1);
  if (real.length === 0) return reshape(x, keepDims ? kept : dropped);
  const node = x.graph.add(
    { kind: 'reduce', axes: real, gradient: (d) => [broadcastTo(d, x.shape)] },
    [x],
    kept,
    `sum ${real.join(',')}`,
  );
  return keepDims ? node : reshape(node, dropped);
}
