/** Where programs and maps have their storage buffers from: made for them, or handed on from one to the next. */

export interface StorageMemory {
  /** A buffer of at least each of the sizes, in bytes; `exact`: of just that size. */
  take(sizes: readonly number[], exact?: boolean): GPUBuffer[];
  give(buffers: readonly GPUBuffer[]): void;
}

/** The least that is worth a buffer. */
const LEAST = 256;

const made = (device: GPUDevice, bytes: number): GPUBuffer =>
  device.createBuffer({
    label: 'storage',
    size: Math.max(bytes, LEAST),
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });

/** Buffers of their own for everyone. */
export class FreshMemory implements StorageMemory {
  constructor(private readonly device: GPUDevice) {}

  take(sizes: readonly number[]): GPUBuffer[] {
    return sizes.map((bytes) => made(this.device, bytes));
  }

  give(buffers: readonly GPUBuffer[]): void {
    for (const buffer of buffers) buffer.destroy();
  }
}

/**
 * Buffers that go from one to the next. A driver clears fresh memory, and a CPU driver gets it page by page, which may
 * take longer than much of what programs that run but a few times compute in it.
 */
export class MemoryPool implements StorageMemory {
  /** Bytes that it holds at most, unless more are in use. */
  limit = 0;
  /** Bytes by which the buffers of one call may together be larger than what was asked for. */
  slack = 0;
  private held = 0;
  /** The longest idle first. */
  private idle: GPUBuffer[] = [];

  constructor(private readonly device: GPUDevice) {}

  take(asked: readonly number[], exact = false): GPUBuffer[] {
    const sizes = asked.map((bytes) => Math.max(bytes, LEAST));
    let slack = exact ? 0 : this.slack;
    const taken = new Map<number, GPUBuffer>();
    for (const i of [...sizes.keys()].sort((a, b) => sizes[b] - sizes[a])) {
      const fits = this.idle.filter(({ size }) => size >= sizes[i] && size - sizes[i] <= slack);
      if (fits.length === 0) continue;
      const at = this.idle.indexOf(fits.reduce((a, b) => (b.size < a.size ? b : a)));
      const [buffer] = this.idle.splice(at, 1);
      slack -= buffer.size - sizes[i];
      taken.set(i, buffer);
    }
    const missing = sizes.reduce((sum, size, i) => (taken.has(i) ? sum : sum + size), 0);
    while (this.held + missing > this.limit && this.idle.length > 0) this.free(this.idle.splice(0, 1));
    this.held += missing;
    return sizes.map((size, i) => taken.get(i) ?? made(this.device, size));
  }

  give(buffers: readonly GPUBuffer[]): void {
    this.idle.push(...buffers);
  }

  /** Frees all that is idle. */
  destroy(): void {
    this.free(this.idle.splice(0));
  }

  private free(buffers: readonly GPUBuffer[]): void {
    for (const buffer of buffers) {
      this.held -= buffer.size;
      buffer.destroy();
    }
  }
}
