/** A parameter set's flat buffers on one device. */
import type { ParameterOwner } from './graph';
import type { Part, Resident } from './parameters';
import { ShapeError } from './shape';

/** The engine, as far as it is needed here. */
interface Owner {
  readonly device: GPUDevice;
  orLost<T>(work: Promise<T>): Promise<T>;
}

export class ResidentParameters implements Resident {
  adamStep = 0;
  /** Whether values were ever uploaded. */
  filled = false;
  private readonly buffers = new Map<Part | 'gradient', GPUBuffer>();
  private readonly floats: number;

  constructor(
    private readonly home: Owner,
    private readonly set: ParameterOwner,
  ) {
    this.floats = set.size;
  }

  buffer(part: Part | 'gradient'): GPUBuffer {
    if (this.set.size !== this.floats) {
      throw new ShapeError(
        `parameter set '${this.set.name}'`,
        'parameters declared after it got its memory',
        'every model traced before initialise or compile',
      );
    }
    const known = this.buffers.get(part);
    if (known) return known;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = this.home.device.createBuffer({
      label: `${this.set.name} ${part}`,
      size: Math.max(this.floats * 4, 256),
      usage,
    });
    this.buffers.set(part, buffer);
    return buffer;
  }

  upload(part: Part, flat: Float32Array): void {
    if (part !== 'value' && !this.buffers.has(part) && flat.every((x) => x === 0)) return;
    this.home.device.queue.writeBuffer(this.buffer(part), 0, flat as Float32Array<ArrayBuffer>);
    if (part === 'value') this.filled = true;
  }

  async download(part: Part): Promise<Float32Array> {
    const size = this.floats * 4;
    const staging = this.home.device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const encoder = this.home.device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.buffer(part), 0, staging, 0, size);
    this.home.device.queue.submit([encoder.finish()]);
    await this.home.orLost(staging.mapAsync(GPUMapMode.READ));
    const flat = new Float32Array(staging.getMappedRange().slice(0));
    staging.destroy();
    return flat;
  }

  destroy(): void {
    for (const buffer of this.buffers.values()) buffer.destroy();
    this.buffers.clear();
  }
}
