/** Writes fused sums: the lines of shaders/reduce.wgsl, in one pass or in two. */
import type { Dispatch, Root } from './dispatch';
import { accessesOf, dispatchOf, type Fused, Layout, type Place, type Store } from './emit';
import { type Access, type Line, Scratch } from './expression';
import { collapse, type Space, select } from './index_space';
import { type Shape, sizeOf, stridesOf } from './shape';

/** A line summed over some axes into a root whose elements are the kept axes in order. */
export interface Sum {
  readonly line: number;
  readonly root: Root;
  /** Whether anything but the kernel's own end reads it. */
  readonly kept: boolean;
}

/** What is done with the sums at the end: lines over their own index space, and where some are stored. */
export interface Finish extends Fused {
  readonly stores: readonly Store[];
}

/** How many threads a sum is spread over, and from how many outputs on it is not split at all. */
export interface Spread {
  readonly threads: number;
  readonly enough: number;
}

const UNSPLIT: Spread = { threads: 1, enough: 1 };

/** How many partial sums each output is split into. */
function splitsFor({ outputs, count }: Loops, { threads, enough }: Spread): number {
  if (outputs >= enough) return 1;
  return Math.max(1, Math.min(Math.floor(threads / outputs), Math.floor(count / 8), 1024));
}

/** The axes of a sum's kernel, kept and summed, and how many threads and turns they make. */
interface Loops {
  readonly layout: Layout;
  /** Of each access, along the kept axes and then the summed ones. */
  readonly strides: readonly (readonly number[])[];
  readonly kept: readonly number[];
  readonly summed: readonly number[];
  /** Whether a vector's elements are summed with each other. */
  readonly horizontal: boolean;
  readonly outputs: number;
  readonly count: number;
}

function loopsOf(dims: Shape, axes: readonly number[], accesses: readonly Place[]): Loops {
  const whole: Space = { dims: [...dims], strides: accesses.map((a) => [...a.strides]) };
  const outside = dims.map((_, k) => k).filter((k) => !axes.includes(k));
  const [outer, inner] = [collapse(select(whole, outside)), collapse(select(whole, axes))];
  const strides = accesses.map((_, i) => [...outer.strides[i], ...inner.strides[i]]);
  const space = [...outer.dims, ...inner.dims];
  const kept = outer.dims.map((_, k) => k);
  const summed = inner.dims.map((_, k) => k + kept.length);
  const axis = vectorAxis(space, strides, kept.length - 1, space.length - 1);
  const layout = new Layout(
    space,
    { axis },
    accesses.flatMap((a, i) => (a.root ? [{ access: a as Access, strides: strides[i] }] : [])),
  );
  const threads = (over: readonly number[]): number => sizeOf(over.map((k) => layout.extent(k)));
  return {
    layout,
    strides,
    kept,
    summed,
    horizontal: axis >= kept.length,
    outputs: threads(kept),
    count: threads(summed),
  };
}

/** Whether a sum's threads hold what a {@link Finish} needs: four neighbouring sums each. */
export function canFinish({ lines, dims }: Fused, axes: readonly number[]): boolean {
  const kept = dims.filter((extent, d) => extent !== 1 && !axes.includes(d));
  const { layout, horizontal } = loopsOf(dims, axes, accessesOf(lines));
  return kept.length > 0 && kept[kept.length - 1] % 4 === 0 && layout.vector.axis >= 0 && !horizontal;
}

/** Kernels that sum lines over `axes`: one pass, or two where the sum is split. */
export function emitReduce(
  label: string,
  expression: Fused,
  axes: readonly number[],
  sums: readonly Sum[],
  spread: Spread,
  finish?: Finish,
): Dispatch[] {
  const { lines, dims } = expression;
  const reads = accessesOf(lines);
  const loops = loopsOf(dims, axes, reads);
  const splits = splitsFor(loops, spread);
  if (splits === 1) {
    const targets = sums.map(({ root, kept }) => (kept ? root : null));
    return [passOf(label, expression, axes, sums, targets, 1, finish)];
  }

  const kept = dims.filter((_, d) => !axes.includes(d));
  const elements = sizeOf(kept);
  const partials = sums.map(() => new Scratch(elements * splits));
  const strides = [...stridesOf(kept), elements];
  const added = partials.map((root): Line => ({ kind: 'load', access: { root, base: 0, strides } }));
  const second = sums.map((sum, line) => ({ ...sum, line }));
  const over = { dims: [...kept, splits], lines: added };
  return [
    passOf(label, expression, axes, sums, partials, splits),
    ...emitReduce(`${label} (second pass)`, over, [kept.length], second, UNSPLIT, finish),
  ];
}

/** The accesses of a finish along the axes of the sum: none along those that are summed. */
function endsOf({ dims, lines, stores }: Finish, whole: Shape, axes: readonly number[]): Place[] {
  const to = whole.flatMap((extent, k) => (extent === 1 || axes.includes(k) ? [] : [k]));
  const from = dims.flatMap((extent, k) => (extent === 1 ? [] : [k]));
  return [...accessesOf(lines), ...stores.map(({ access }) => access)].map((access) => {
    const strides = new Array<number>(whole.length).fill(0);
    for (const [i, k] of from.entries()) strides[to[i]] = access.strides[k];
    return { ...access, strides };
  });
}

function passOf(
  label: string,
  { lines, dims }: Fused,
  axes: readonly number[],
  sums: readonly Sum[],
  targets: readonly (Root | null)[],
  splits: number,
  finish?: Finish,
): Dispatch {
  const reads = accessesOf(lines);
  const ends = finish ? endsOf(finish, dims, axes) : [];
  const all = [...reads, ...ends];
  const { layout, strides, kept, summed, horizontal, outputs, count } = loopsOf(dims, axes, all);
  if (finish && horizontal) throw new Error(`${label}: sums along a vector cannot be finished in their kernel`);
  layout.words.reserve(outputs, count, splits);
  const stored = layout.vector.axis >= 0 && !horizontal ? 'vec4f' : 'f32';
  const outer = reads.map((a, i) => `  let a${i} = ${layout.index(a.root, a.base, strides[i], kept, '')};`);
  const body = [
    ...layout.body(lines, strides, (i) => layout.index(reads[i].root, 0, strides[i], summed, `a${i}`)),
    ...sums.map((s, i) => `  sum${i} += v${s.line};`),
  ].join('\n');
  const defines = {
    HORIZONTAL: horizontal,
    STORED: stored,
    DECODE: [layout.decode('out', kept), ...outer].join('\n'),
    DECODE_INNER: layout.decode('r', summed),
    START: sums.map((_, i) => `  var sum${i} = value(0);`).join('\n'),
    BODY: body,
    STORE: [
      ...targets.flatMap((root, i) => (root ? [`  s${i}[thread] = finish(sum${i});`] : [])),
      ...(finish ? [endText(finish, layout, ends, strides.slice(reads.length), kept)] : []),
    ].join('\n'),
  };
  const calls = [...lines, ...(finish?.lines ?? [])];
  const dispatch = dispatchOf(layout, 'reduce', label, calls, defines, outputs * splits);
  const before = layout.rootList.length;
  const stores = targets.flatMap((root, i) => (root ? [{ root, i }] : []));
  const declared = stores.map(
    ({ i }, at) => `@group(0) @binding(${before + at + 1}) var<storage, read_write> s${i}: array<${stored}>;`,
  );
  return {
    ...dispatch,
    defines: { ...dispatch.defines, BINDINGS: [dispatch.defines.BINDINGS, ...declared].join('\n') },
    bindings: [...dispatch.bindings, ...stores.map(({ root }) => ({ root, offset: 0 }))],
    flops: dispatch.flops * Math.ceil(count / splits),
  };
}

function endText(
  { lines, stores }: Finish,
  layout: Layout,
  ends: readonly Place[],
  strides: readonly (readonly number[])[],
  kept: readonly number[],
): string {
  const index = (i: number): string => layout.index(ends[i].root, ends[i].base, strides[i], kept, '');
  const first = ends.length - stores.length;
  return [
    ...layout.body(lines, strides, index, 'e'),
    ...stores.map(({ line, access }, i) => layout.store(access.root, index(first + i), strides[first + i], `e${line}`)),
  ].join('\n');
}

/** The axis along which most accesses move by one: the last kept axis, the last summed axis, or −1. */
function vectorAxis(
  dims: readonly number[],
  strides: readonly (readonly number[])[],
  kept: number,
  summed: number,
): number {
  const score = (k: number): number => (k >= 0 && dims[k] % 4 === 0 ? strides.filter((s) => s[k] === 1).length : -1);
  const [a, b] = [score(kept), summed > kept ? score(summed) : -1];
  if (a < 0 && b < 0) return -1;
  return a >= b ? kept : summed;
}
