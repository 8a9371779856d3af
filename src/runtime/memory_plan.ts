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

/**
 * Largest first, each at the lowest offset where no living neighbour lies (greedy by size, Pisarchyk & Lee 2020).
 * @param mostBytes of one chunk
 */
export function planMemory<K>(lives: readonly Life<K>[], mostBytes: number): MemoryPlan<K> {
  const places = new Map<K, { chunk: number; offset: number }>();
  const chunks: { placed: (Life<K> & { offset: number })[]; bytes: number }[] = [];
  const order = [...lives].sort((a, b) => b.bytes - a.bytes || a.first - b.first);
  for (const life of order) {
    for (let chunk = 0; ; chunk++) {
      chunks[chunk] ??= { placed: [], bytes: 0 };
      const at = chunks[chunk];
      const offset = lowestGap(life, at.placed);
      if (offset + life.bytes > mostBytes && at.placed.length > 0) continue;
      at.placed.push({ ...life, offset });
      at.bytes = Math.max(at.bytes, offset + life.bytes);
      places.set(life.key, { chunk, offset });
      break;
    }
  }
  const chunkBytes = chunks.map((c) => c.bytes);
  return { places, chunkBytes, peakBytes: chunkBytes.reduce((a, b) => a + b, 0), boundBytes: bound(lives) };
}

function lowestGap<K>(life: Life<K>, placed: readonly (Life<K> & { offset: number })[]): number {
  const alive = placed.filter((p) => p.first <= life.last && life.first <= p.last).sort((a, b) => a.offset - b.offset);
  let offset = 0;
  for (const p of alive) {
    if (p.offset - offset >= life.bytes) break;
    offset = Math.max(offset, p.offset + p.bytes);
  }
  return offset;
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
