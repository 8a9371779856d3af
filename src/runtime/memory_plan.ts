/** Where every tensor of a program lies: memory shared by tensors that are never alive together. */

export interface Life<K> {
  readonly key: K;
  readonly bytes: number;
  /** First and last unit that touch it. */
  readonly first: number;
  readonly last: number;
}

export interface MemoryPlan<K> {
  /** Chunk (one GPU buffer each) and byte offset of each tensor. */
  readonly places: ReadonlyMap<K, { chunk: number; offset: number }>;
  readonly chunkBytes: readonly number[];
  /** Bytes of all chunks. */
  readonly peakBytes: number;
  /** The most that is alive at one time: no plan can be smaller. */
  readonly boundBytes: number;
}

type Order = <K>(a: Life<K>, b: Life<K>) => number;
const size = <K>({ bytes }: Life<K>): number => bytes;
const span = <K>({ first, last }: Life<K>): number => last - first + 1;

/** Orders in which tensors are laid; the first is the one that mostly wins (Pisarchyk & Lee 2020). */
const ORDERS: readonly Order[] = [
  (a, b) => size(b) - size(a) || a.first - b.first,
  (a, b) => size(b) - size(a) || span(b) - span(a),
  (a, b) => size(b) * span(b) - size(a) * span(a) || a.first - b.first,
  (a, b) => span(b) - span(a) || size(b) - size(a),
  (a, b) => a.first - b.first || size(b) - size(a),
  (a, b) => b.last - a.last || size(b) - size(a),
];

/** A gap between living neighbours; the last has no end. */
interface Gap {
  readonly offset: number;
  readonly bytes: number;
}

/** Which of the gaps a tensor takes: the lowest, or the one it fills best. */
const FITS: readonly ((a: Gap, b: Gap) => Gap)[] = [(a) => a, (a, b) => (b.bytes < a.bytes ? b : a)];

/**
 * Tensors laid one after another, each in a gap between those already there that live when it does; of several orders
 * and choices of gap the plan that takes least.
 * @param mostBytes of one chunk
 */
export function planMemory<K>(lives: readonly Life<K>[], mostBytes: number): MemoryPlan<K> {
  const boundBytes = bound(lives);
  let best: MemoryPlan<K> | undefined;
  for (const order of ORDERS) {
    const ordered = [...lives].sort(order);
    for (const fit of FITS) {
      const plan = { ...lay(ordered, fit, mostBytes), boundBytes };
      if (!best || plan.peakBytes < best.peakBytes) best = plan;
      if (best.peakBytes <= boundBytes) return best;
    }
  }
  return best as MemoryPlan<K>;
}

interface Laid<K> extends Life<K> {
  readonly offset: number;
}

function lay<K>(
  lives: readonly Life<K>[],
  fit: (a: Gap, b: Gap) => Gap,
  mostBytes: number,
): Omit<MemoryPlan<K>, 'boundBytes'> {
  const places = new Map<K, { chunk: number; offset: number }>();
  const chunks: { laid: Laid<K>[]; bytes: number }[] = [];
  for (const life of lives) {
    for (let chunk = 0; ; chunk++) {
      chunks[chunk] ??= { laid: [], bytes: 0 };
      const at = chunks[chunk];
      const { offset } = gapsFor(life, at.laid).reduce(fit);
      if (offset + life.bytes > mostBytes && at.laid.length > 0) continue;
      insert(at.laid, { ...life, offset });
      at.bytes = Math.max(at.bytes, offset + life.bytes);
      places.set(life.key, { chunk, offset });
      break;
    }
  }
  const chunkBytes = chunks.map((c) => c.bytes);
  return { places, chunkBytes, peakBytes: chunkBytes.reduce((a, b) => a + b, 0) };
}

/** Where a tensor fits, lowest first: at least above everything that lives when it does. `laid` is in order of offset. */
function gapsFor<K>(life: Life<K>, laid: readonly Laid<K>[]): Gap[] {
  const gaps: Gap[] = [];
  let end = 0;
  for (const p of laid) {
    if (p.first > life.last || life.first > p.last) continue;
    if (p.offset - end >= life.bytes) gaps.push({ offset: end, bytes: p.offset - end });
    end = Math.max(end, p.offset + p.bytes);
  }
  gaps.push({ offset: end, bytes: Number.POSITIVE_INFINITY });
  return gaps;
}

function insert<K>(laid: Laid<K>[], one: Laid<K>): void {
  const at = laid.findIndex(({ offset }) => offset > one.offset);
  laid.splice(at < 0 ? laid.length : at, 0, one);
}

function bound<K>(lives: readonly Life<K>[]): number {
  const change = new Map<number, number>();
  for (const { first, last, bytes } of lives) {
    change.set(first, (change.get(first) ?? 0) + bytes);
    change.set(last + 1, (change.get(last + 1) ?? 0) - bytes);
  }
  let alive = 0;
  let most = 0;
  for (const at of [...change.keys()].sort((a, b) => a - b)) {
    alive += change.get(at) as number;
    most = Math.max(most, alive);
  }
  return most;
}
