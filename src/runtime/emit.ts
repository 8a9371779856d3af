/**
 * Writes a fused kernel: declarations, index arithmetic and calls, put into shaders/map.wgsl (here) or shaders/reduce.wgsl.
 * The functions called are hand-written, in shaders/pointwise.wgsl and shaders/random.wgsl.
 */
import type { Dispatch, Root } from './dispatch';
import { type Access, type Line, Scratch } from './expression';
import { collapse, select } from './index_space';
import { floatBits, groupsFor, mostTurns } from './kernel';
import { type Shape, sizeOf } from './shape';

/** Lines over an index space. */
export interface Fused {
  readonly dims: Shape;
  readonly lines: readonly Line[];
}

/** A line's value stored at an access of the whole index space. */
export interface Store {
  readonly line: number;
  readonly access: Access;
}

const THREADS = 64;
/** Numbers written into the source; others go through the uniform block so that pipelines are shared. */
const LITERALS = new Set([0, 1, -1, 2, -2, 0.5, -0.5]);

/** The uniform block under construction. */
class Words {
  readonly values: number[] = [];

  add(value: number): string {
    const at = this.values.push(value) - 1;
    return `params[${at >> 2}].${'xyzw'[at & 3]}`;
  }

  reserve(...values: number[]): void {
    this.values.push(...values);
  }

  float(value: number): string {
    return LITERALS.has(value) ? `f32(${value})` : this.bits(value);
  }

  /** Never written into the source: it differs from shape to shape. */
  bits(value: number): string {
    return `bitcast<f32>(${this.add(floatBits(value))})`;
  }

  get vectors(): number {
    return Math.ceil(this.values.length / 4);
  }
}

/** How a kernel's threads step: four elements along `axis` (−1: one), and `turns` times along another or the same. */
interface Steps {
  readonly axis: number;
  readonly turns?: Turns;
}

interface Turns {
  readonly axis: number;
  readonly count: number;
}

/** Bindings and index text of one kernel. */
export class Layout {
  readonly words = new Words();
  private readonly roots: Root[] = [];
  private readonly narrow = new Set<Root>();
  private written = 0;

  constructor(
    readonly dims: readonly number[],
    readonly vector: Steps,
    accesses: readonly { readonly access: Access; readonly strides: readonly number[] }[],
  ) {
    for (const { access, strides } of accesses) {
      if (!this.roots.includes(access.root)) this.roots.push(access.root);
      if (!this.wide(access.base, strides)) this.narrow.add(access.root);
    }
  }

  /** Whether an access can move four elements at once. */
  private wide(base: number, strides: readonly number[]): boolean {
    const v = this.vector.axis;
    return v >= 0 && strides[v] === 1 && base % 4 === 0 && strides.every((s, k) => k === v || s % 4 === 0);
  }

  /** Index text of an access over the coordinates c0, c1, … of `axes`, in units of the binding's elements. */
  index(root: Root | null, base: number, strides: readonly number[], axes: readonly number[], start: string): string {
    const v = this.vector.axis;
    const unit = root && v >= 0 && !this.narrow.has(root) ? 4 : 1;
    const terms = start === '' ? (base === 0 ? [] : [this.words.add(base / unit)]) : [start];
    for (const k of axes) {
      const step = k === v ? (unit === 4 ? 1 : strides[k] * 4) : strides[k] / unit;
      if (step !== 0) terms.push(step === 1 ? `c${k}` : `c${k} * ${this.words.add(step)}`);
    }
    return terms.length > 0 ? terms.join(' + ') : '0u';
  }

  binding(root: Root): string {
    return `b${this.roots.indexOf(root)}`;
  }

  load(root: Root, offset: string, strides: readonly number[]): string {
    const b = this.binding(root);
    const v = this.vector.axis;
    if (v < 0 || !this.narrow.has(root)) return `${b}[${offset}]`;
    const s = strides[v];
    if (s === 0) return `value(${b}[${offset}])`;
    const lane = (i: number): string => (i === 0 ? offset : `${offset} + ${this.words.add(i * s)}`);
    return `value(${[0, 1, 2, 3].map((i) => `${b}[${lane(i)}]`).join(', ')})`;
  }

  store(root: Root, offset: string, strides: readonly number[], value: string): string {
    const b = this.binding(root);
    if (this.vector.axis < 0 || !this.narrow.has(root)) return `  ${b}[${offset}] = ${value};`;
    const s = strides[this.vector.axis];
    const name = `w${this.written++}`;
    const lanes = [0, 1, 2, 3].map((i) => `  ${b}[${name} + ${i * s}u] = ${value}.${'xyzw'[i]};`);
    return [`  let ${name} = ${offset};`, ...lanes].join('\n');
  }

  get bindings(): string {
    return this.roots
      .map((root, i) => {
        const type = this.vector.axis >= 0 && !this.narrow.has(root) ? 'vec4f' : 'f32';
        return `@group(0) @binding(${i + 1}) var<storage, read_write> b${i}: array<${type}>;`;
      })
      .join('\n');
  }

  get rootList(): readonly Root[] {
    return this.roots;
  }

  /** Extent of an axis in threads. */
  extent(k: number): number {
    const { axis, turns } = this.vector;
    return Math.ceil(this.dims[k] / ((k === axis ? 4 : 1) * (k === turns?.axis ? turns.count : 1)));
  }

  /** Lines that split `flat` into the coordinates of `axes`, the last fastest. */
  decode(flat: string, axes: readonly number[]): string {
    const lines: string[] = [];
    let rest = flat;
    for (let i = axes.length - 1; i >= 0; i--) {
      const k = axes[i];
      if (i === 0) {
        lines.push(`  let c${k} = ${rest};`);
      } else {
        const extent = this.words.add(this.extent(k));
        const inverse = this.words.bits(Math.fround(1 / this.extent(k)));
        lines.push(
          `  let q${k} = quotient(${rest}, ${extent}, ${inverse});`,
          `  let c${k} = ${rest} - q${k} * ${extent};`,
        );
        rest = `q${k}`;
      }
    }
    return lines.join('\n');
  }

  /** The text of each line of an expression. `offsetOf` gives the index text of the n-th access. */
  body(
    lines: readonly Line[],
    strides: readonly (readonly number[])[],
    offsetOf: (access: number) => string,
    v = 'v',
  ): string[] {
    let access = 0;
    return lines.map((line, i) => {
      if (line.kind === 'constant') return `  let ${v}${i} = value(${this.words.float(line.value)});`;
      if (line.kind === 'sum') return `  let ${v}${i} = sum${line.of};`;
      if (line.kind === 'call') {
        const given = [...line.arguments.map((a) => `${v}${a}`), ...line.constants.map((c) => this.words.float(c))];
        return `  let ${v}${i} = ${line.fn}(${given.join(', ')});`;
      }
      const at = access++;
      if (line.kind === 'load') {
        const offset = `${v}o${i}`;
        return `  let ${offset} = ${offsetOf(at)};\n  let ${v}${i} = ${this.load(line.access.root, offset, strides[at])};`;
      }
      const step = this.vector.axis >= 0 ? strides[at][this.vector.axis] : 0;
      return `  let ${v}${i} = ${line.fn}(lanes(${offsetOf(at)}, ${step}u), ${this.words.add(line.stream)});`;
    });
  }
}

/** The accesses of lines in order: loads and random counters. */
export const accessesOf = (lines: readonly Line[]): Place[] =>
  lines.flatMap((line): Place[] => {
    if (line.kind === 'load') return [line.access];
    return line.kind === 'random' ? [{ base: line.base, strides: line.strides, root: null }] : [];
  });

/** An access, or a random counter, which has no root. */
export type Place = Omit<Access, 'root'> & { readonly root: Root | null };

const hasRandom = (lines: readonly Line[]): boolean => lines.some((line) => line.kind === 'random');
const RUN = '@group(0) @binding(15) var<uniform> run: array<vec4u, 16>;';

export function dispatchOf(
  layout: Layout,
  shader: string,
  label: string,
  lines: readonly Line[],
  defines: Record<string, boolean | string>,
  threads: number,
): Dispatch {
  const usesRun = hasRandom(lines);
  return {
    label,
    shader,
    defines: {
      ...defines,
      VEC4: layout.vector.axis >= 0,
      RANDOM: usesRun,
      WORDS: `${layout.words.vectors}`,
      BINDINGS: usesRun ? `${layout.bindings}\n${RUN}` : layout.bindings,
    },
    constants: {},
    params: layout.words.values,
    bindings: layout.rootList.map((root) => ({ root, offset: 0 })),
    usesRun,
    workgroups: groupsFor(threads, THREADS),
    flops: threads * lines.filter((line) => line.kind === 'call').length * (layout.vector.axis >= 0 ? 4 : 1),
  };
}

/**
 * A kernel that computes lines over their index space and stores some of them.
 * @param inTurns whether a thread takes several elements: CPU drivers divide slowly, GPUs want neighbours side by side
 */
export function emitMap(label: string, expression: Fused, stores: readonly Store[], inTurns = false): Dispatch {
  const { lines, dims } = expression;
  const reads = accessesOf(lines);
  const all = [...reads, ...stores.map((s) => s.access)];
  const space = collapse(
    select(
      { dims: [...dims], strides: all.map((a) => [...a.strides]) },
      dims.map((_, k) => k),
    ),
  );
  const last = space.dims.length - 1;
  const storeStrides = space.strides.slice(reads.length);
  const aligned = stores.every(({ access }, i) => {
    const s = storeStrides[i];
    return s[last] === 1 && access.base % 4 === 0 && s.every((x, k) => k === last || x % 4 === 0);
  });
  // A flat kernel may run over the end of its tensors: their memory is a multiple of 64 floats.
  const padded =
    last === 0 && stores.every(({ access }) => access.base === 0 && rootSize(access.root) === space.dims[0]);
  const wide =
    last >= 0 && aligned && (space.dims[last] % 4 === 0 || (padded && space.strides.every((s) => s[0] <= 1)));
  const axes = space.dims.map((_, k) => k);
  const axis = wide ? last : -1;
  const turns = inTurns && last >= 0 ? turnsOf(space.dims, axis, padded) : undefined;
  const layout = new Layout(
    space.dims,
    { axis, turns },
    all.flatMap((a, i) => (a.root ? [{ access: a as Access, strides: space.strides[i] }] : [])),
  );
  const threads = sizeOf(axes.map((k) => layout.extent(k)));
  layout.words.reserve(threads);
  const decode = layout.decode('thread', axes);
  const index = (i: number): string => layout.index(all[i].root, all[i].base, space.strides[i], axes, '');
  const texts = layout.body(lines, space.strides, index);
  const ends = stores.map((s, i) =>
    layout.store(s.access.root, index(reads.length + i), storeStrides[i], `v${s.line}`),
  );
  const body =
    turns === undefined
      ? [...texts, ...ends]
      : inLoop(lines, texts, ends, space.strides, turns.axis, layout.words.add(turns.count));
  return dispatchOf(layout, 'map', label, lines, { DECODE: decode, BODY: body.join('\n') }, threads);
}

/** The axis along which a thread can take most elements, as few as leave threads enough; the last of equals. */
function turnsOf(dims: readonly number[], vector: number, padded: boolean): Turns {
  const threads = Math.ceil(sizeOf(dims) / (vector >= 0 ? 4 : 1));
  const along = (axis: number): Turns => {
    const isVector = axis === vector;
    // Where it runs over the end of its tensors, four times a thread's four elements still lie in their memory.
    const fits = (count: number): boolean =>
      dims[axis] % (count * (isVector ? 4 : 1)) === 0 || (isVector && padded && dims.length === 1 && count <= 4);
    return { axis, count: isVector && dims.length > 1 ? 1 : mostTurns(threads, fits) };
  };
  return dims.map((_, axis) => along(axis)).reduce((best, one) => (one.count >= best.count ? one : best));
}

/** A map's text with a loop along an axis; what is the same in every turn stands before it. */
function inLoop(
  lines: readonly Line[],
  texts: readonly string[],
  ends: readonly string[],
  strides: readonly (readonly number[])[],
  axis: number,
  count: string,
): string[] {
  const fixed = new Set<number>();
  let access = 0;
  for (const [i, line] of lines.entries()) {
    const moves = line.kind === 'load' || line.kind === 'random' ? strides[access++][axis] !== 0 : false;
    if (!moves && (line.kind !== 'call' || line.arguments.every((a) => fixed.has(a)))) fixed.add(i);
  }
  return [
    ...texts.filter((_, i) => fixed.has(i)),
    `  for (var turn = 0u; turn < ${count}; turn++) {`,
    `  let c${axis} = c${axis} * ${count} + turn;`,
    ...texts.filter((_, i) => !fixed.has(i)),
    ...ends,
    '  }',
  ];
}

const rootSize = (root: Root): number => (root instanceof Scratch ? root.floats : sizeOf(root.shape));
