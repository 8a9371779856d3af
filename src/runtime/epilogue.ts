/**
 * An elementwise chain put at the end of the convolution whose result it takes: bias and activation, the mask of a
 * gradient, a residual. It reads other tensors element for element, or along the channels, or as one number.
 */

import type { Root } from './dispatch';
import { type Expression, type Line, Scratch } from './expression';
import type { Tensor } from './graph';
import { sizeOf, stridesOf } from './shape';

export interface Epilogue {
  /** WGSL: bindings from `first` on, and the function `epilogue`. */
  readonly source: (first: number) => string;
  /** The tensors behind those bindings. */
  readonly roots: readonly Root[];
}

type Pattern = 'element' | 'channel' | 'number';

/** How a load runs along the result: null where it does neither of the three. */
function patternOf(strides: readonly number[], base: number, result: Tensor): Pattern | null {
  const along = (wanted: readonly number[]): boolean =>
    result.shape.every((extent, k) => extent === 1 || strides[k] === wanted[k]);
  if (along(result.shape.map(() => 0))) return base === 0 ? 'number' : null;
  if (base === 0 && along(stridesOf(result.shape))) return 'element';
  if (base === 0 && along(result.shape.map((_, k) => (k === result.rank - 1 ? 1 : 0)))) return 'channel';
  return null;
}

/**
 * The epilogue that computes `line` of an expression over the convolution's result, or null where it cannot be one.
 * @param result the convolution; it must be read once, element for element
 */
export function epilogueOf(expression: Expression, line: number, result: Tensor, mostRoots: number): Epilogue | null {
  const { lines } = expression;
  const roots: Root[] = [];
  const patterns = new Map<Root, Pattern>();
  let reads = 0;
  for (const l of lines) {
    if (l.kind === 'random' || l.kind === 'sum') return null;
    if (l.kind !== 'load') continue;
    const { root, strides, base } = l.access;
    const pattern = patternOf(strides, base, result);
    if (!pattern) return null;
    if (root === result) {
      if (pattern !== 'element') return null;
      reads++;
      continue;
    }
    if ((patterns.get(root) ?? pattern) !== pattern) return null;
    const whole = root instanceof Scratch ? root.floats : sizeOf(root.shape);
    if (pattern === 'number' && whole !== 1) return null;
    patterns.set(root, pattern);
    if (!roots.includes(root)) roots.push(root);
  }
  if (reads !== 1 || roots.length > mostRoots) return null;
  return { roots, source: (first) => sourceOf(lines, line, result, roots, patterns, first) };
}

const AT: Record<Pattern, string> = { element: '[element]', channel: '[column]', number: '[0]' };

function sourceOf(
  lines: readonly Line[],
  last: number,
  result: Tensor,
  roots: readonly Root[],
  patterns: ReadonlyMap<Root, Pattern>,
  first: number,
): string {
  const declared = roots.map((root, i) => {
    const type = patterns.get(root) === 'number' ? 'f32' : 'vec4f';
    return `@group(0) @binding(${first + i}) var<storage, read_write> fused${i}: array<${type}>;`;
  });
  const text = (line: Line): string => {
    switch (line.kind) {
      case 'load': {
        const { root } = line.access;
        if (root === result) return 'sum';
        return `value(fused${roots.indexOf(root)}${AT[patterns.get(root) as Pattern]})`;
      }
      case 'constant':
        return `value(${number(line.value)})`;
      case 'call':
        return `${line.fn}(${[...line.arguments.map((a) => `v${a}`), ...line.constants.map(number)].join(', ')})`;
      case 'random':
      case 'sum':
        throw new Error(`a ${line.kind} in an epilogue`);
    }
  };
  const body = lines.map((line, i) => `  let v${i} = ${text(line)};`);
  return [
    ...declared,
    'fn epilogue(sum: vec4f, element: u32, column: u32) -> vec4f {',
    ...body,
    `  return v${last};`,
    '}',
  ].join('\n');
}

/** A float literal that WGSL reads back exactly. */
const number = (value: number): string => `f32(${Math.fround(value)})`;
