/**
 * Elementwise ops: one line each for value (the WGSL function in shaders/pointwise.wgsl) and gradient (in ops).
 * Operands broadcast as numpy's do; a number is a scalar.
 */
import { type GradientRule, graphOf, type Operandish, Tensor } from '../graph';
import { broadcastShapes, sameShape } from '../shape';
import { broadcastTo } from './broadcast';

/** A map node: `fn(...inputs, ...constants)` per element; inputs already have one shape. */
function map(fn: string, inputs: readonly Tensor[], constants: readonly number[], gradient?: GradientRule): Tensor {
  const { graph, shape } = inputs[0];
  return graph.add({ kind: 'map', fn, constants, gradient }, inputs, shape, `${fn} ${constants.join(',')}`);
}

/** The operands as tensors of one shape. */
function aligned(op: string, ...operands: Operandish[]): Tensor[] {
  const graph = graphOf(...operands);
  const tensors = operands.map((operand) => (operand instanceof Tensor ? operand : graph.constant(operand)));
  const shape = tensors.reduce((s, t) => broadcastShapes(s, t.shape, op), [] as readonly number[]);
  return tensors.map((t) => (sameShape(t.shape, shape) ? t : broadcastTo(t, shape)));
}

/** The number a tensor is everywhere, if it is one. */
export function constantOf(t: Tensor): number | undefined {
  if (t.op.kind === 'constant') return t.op.value;
  if (t.op.kind === 'view' && t.inputs[0].op.kind === 'constant') return t.inputs[0].op.value;
  return undefined;
}

const folded = (like: Tensor, value: number): Tensor => broadcastTo(like.graph.constant(value), like.shape);

export function add(a: Operandish, b: Operandish): Tensor {
  const [x, y] = aligned('add', a, b);
  const [cx, cy] = [constantOf(x), constantOf(y)];
  if (cx !== undefined && cy !== undefined) return folded(x, cx + cy);
  if (cx === 0) return y;
  if (cy === 0) return x;
  return map('add', [x, y], [], (d) => [d, d]);
}

export function sub(a: Operandish, b: Operandish): Tensor {
  const [x, y] = aligned('sub', a, b);
  if (constantOf(y) === 0) return x;
  return map('sub', [x, y], [], (d, need) => [d, need[1] ? neg(d) : null]);
}

export function mul(a: Operandish, b: Operandish): Tensor {
  const [x, y] = aligned('mul', a, b);
  const [cx, cy] = [constantOf(x), constantOf(y)];
  if (cx !== undefined && cy !== undefined) return folded(x, cx * cy);
  if (cx === 1) return y;
  if (cy === 1) return x;
  return map('mul', [x, y], [], (d, need) => [need[0] ? mul(d, y) : null, need[1] ? mul(d, x) : null]);
}

export function div(a: Operandish, b: Operandish): Tensor {
  const [x, y] = aligned('div', a, b);
  const cy = constantOf(y);
  if (cy !== undefined && cy !== 0) return mul(x, 1 / cy);
  return map('div', [x, y], [], (d, need, z) => [need[0] ? div(d, y) : null, need[1] ? neg(div(mul(d, z), y)) : null]);
}

/** max(a, b); where they are equal the gradient goes to `a`. */
export function maximum(a: Operandish, b: Operandish): Tensor {
  const [x, y] = aligned('maximum', a, b);
  return map('maximum', [x, y], [], (d, need) => {
    const first = greaterEqual(x, y);
    return [need[0] ? mul(d, first) : null, need[1] ? mul(d, sub(1, first)) : null];
  });
}

/** min(a, b); where they are equal the gradient goes to `a`. */
export function minimum(a: Operandish, b: Operandish): Tensor {
  const [x, y] = aligned('minimum', a, b);
  return map('minimum', [x, y], [], (d, need) => {
    const first = greaterEqual(y, x);
    return [need[0] ? mul(d, first) : null, need[1] ? mul(d, sub(1, first)) : null];
  });
}

/** 1 where a > b, else 0. Its derivative is 0. */
export function greater(a: Operandish, b: Operandish): Tensor {
  return map('greater', aligned('greater', a, b), []);
}

/** 1 where a ≥ b, else 0. Its derivative is 0. */
export function greaterEqual(a: Operandish, b: Operandish): Tensor {
  return map('greater_equal', aligned('greaterEqual', a, b), []);
}

/** `a` where `condition` ≠ 0, else `b`. */
export function select(condition: Operandish, a: Operandish, b: Operandish): Tensor {
  const [c, x, y] = aligned('select', condition, a, b);
  return map('choose', [c, x, y], [], (d, need) => [
    null,
    need[1] ? select(c, d, 0) : null,
    need[2] ? select(c, 0, d) : null,
  ]);
}

export const neg = (x: Tensor): Tensor => map('negate', [x], [], (d) => [neg(d)]);
export const relu = (x: Tensor): Tensor => map('relu', [x], [], (d, _, y) => [mul(d, greater(y, 0))]);
export const abs = (x: Tensor): Tensor => map('absolute', [x], [], (d) => [mul(d, sign(x))]);
/** −1, 0 or 1. Its derivative is 0. */
export const sign = (x: Tensor): Tensor => map('sign_of', [x], []);
export const square = (x: Tensor): Tensor => map('square', [x], [], (d) => [mul(d, mul(x, 2))]);
export const exp = (x: Tensor): Tensor => map('exponential', [x], [], (d, _, y) => [mul(d, y)]);
export const log = (x: Tensor): Tensor => map('logarithm', [x], [], (d) => [div(d, x)]);
export const sqrt = (x: Tensor): Tensor => map('square_root', [x], [], (d, _, y) => [mul(d, div(0.5, y))]);
/** 1 / √x */
export const rsqrt = (x: Tensor): Tensor =>
  map('inverse_root', [x], [], (d, _, y) => [mul(d, mul(mul(y, mul(y, y)), -0.5))]);
export const tanh = (x: Tensor): Tensor => map('hyperbolic_tangent', [x], [], (d, _, y) => [mul(d, sub(1, mul(y, y)))]);
export const sigmoid = (x: Tensor): Tensor => map('sigmoid', [x], [], (d, _, y) => [mul(d, mul(y, sub(1, y)))]);
/** log(1 + eˣ) */
export const softplus = (x: Tensor): Tensor => map('softplus', [x], [], (d) => [mul(d, sigmoid(x))]);

/** x where x > 0, else slope · x. */
export function leakyRelu(x: Tensor, slope = 0.2): Tensor {
  // For slopes above 0 the result has the sign of x, so that x itself need not be kept for the gradient.
  return map('leaky_relu', [x], [slope], (d, _, y) => [mul(d, map('leaky_relu_slope', [slope > 0 ? y : x], [slope]))]);
}

/** x limited to [low, high]; the gradient is 0 outside. */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  return map('limit', [x], [low, high], (d) => [mul(d, mul(greaterEqual(x, low), greaterEqual(high, x)))]);
}
