/** A program's GPU buffers and bind groups, all made at compile time. */
import { dispatchBytes, type Lowered, type Place, rootBytes } from './compile';
import type { Dispatch, Root } from './dispatch';
import type { ParameterOwner } from './graph';
import { RUN_BINDING } from './kernel';
import type { Part } from './parameters';
import type { Pipeline, Pipelines } from './pipelines';
import type { ResidentParameters } from './resident';
import type { StorageMemory } from './storage_memory';

/** The run uniform: vec4u(seed, step, 0, 0), then one vec4f(rate, corrections) for each Adam update. */
export const RUN_BYTES = 16 * 16;
const UNIFORM_ALIGNMENT = 256;

/** What a program needs of its engine. */
export interface Home {
  readonly device: GPUDevice;
  readonly pipelines: Pipelines;
  resident(set: ParameterOwner): ResidentParameters;
  /** Throws where the device is lost. */
  assertAlive(): void;
  /** Waits for work of the device; throws the device's loss in place of what it made fail. */
  orLost<T>(work: Promise<T>): Promise<T>;
}

export interface Bound {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
}

/** The GPU buffers of one program. */
export class Buffers {
  readonly inputs: GPUBuffer;
  readonly outputs: GPUBuffer;
  readonly run: GPUBuffer;
  readonly uniforms: GPUBuffer;
  readonly uniformOffsets: readonly number[];
  private readonly chunks: readonly GPUBuffer[];

  constructor(
    private readonly home: Home,
    lowered: Lowered,
    params: readonly (readonly number[])[],
    private readonly memory: StorageMemory,
  ) {
    const make = (label: string, bytes: number, usage: number): GPUBuffer =>
      home.device.createBuffer({ label, size: Math.max(bytes, 256), usage });
    const uniform = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const { inputBytes, outputBytes } = lowered;
    [this.inputs, this.outputs, ...this.chunks] = memory.take([inputBytes, outputBytes, ...lowered.memory.chunkBytes]);
    this.run = make('run', RUN_BYTES, uniform);
    let bytes = 0;
    this.uniformOffsets = params.map((words) => {
      const offset = bytes;
      bytes += Math.ceil(uniformBytes(words) / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT;
      return offset;
    });
    this.uniforms = make('kernel parameters', bytes, uniform);
    const words = new Uint32Array(bytes / 4);
    for (const [i, values] of params.entries()) {
      words.set(
        values.map((v) => v >>> 0),
        this.uniformOffsets[i] / 4,
      );
    }
    home.device.queue.writeBuffer(this.uniforms, 0, words);
  }

  at(place: Place): GPUBuffer {
    switch (place.in) {
      case 'inputs':
        return this.inputs;
      case 'outputs':
        return this.outputs;
      case 'parameter':
        return this.part(place.set, place.part);
      case 'arena':
        return this.chunks[place.chunk];
    }
  }

  /** A part of a parameter set's memory. */
  part(set: ParameterOwner, part: Part | 'gradient'): GPUBuffer {
    return this.home.resident(set).buffer(part);
  }

  destroy(): void {
    this.memory.give([this.inputs, this.outputs, ...this.chunks]);
    for (const buffer of [this.run, this.uniforms]) buffer.destroy();
  }
}

const uniformBytes = (words: readonly number[]): number => Math.max(16, Math.ceil(words.length / 4) * 16);

/** A dispatch with the memory of each of its bindings. */
export interface Placed {
  readonly dispatch: Dispatch;
  readonly memory: readonly ((buffers: Buffers) => GPUBufferBinding)[];
  readonly bytes: number;
}

export function placed(dispatch: Dispatch, places: ReadonlyMap<Root, Place>): Placed {
  const memory = dispatch.bindings.map(({ root, offset }) => (buffers: Buffers): GPUBufferBinding => {
    const place = places.get(root);
    if (!place) throw new Error(`${dispatch.label}: a tensor without a place`);
    return { buffer: buffers.at(place), offset: place.offset + offset * 4, size: rootBytes(root) - offset * 4 };
  });
  return { dispatch, memory, bytes: dispatchBytes(dispatch) };
}

export function bind(
  device: GPUDevice,
  at: Placed,
  { pipeline, layout }: Pipeline,
  buffers: Buffers,
  index: number,
): Bound {
  const { dispatch } = at;
  const entries: GPUBindGroupEntry[] = [
    {
      binding: 0,
      resource: {
        buffer: buffers.uniforms,
        offset: buffers.uniformOffsets[index],
        size: uniformBytes(dispatch.params),
      },
    },
    ...at.memory.map((resource, i) => ({ binding: i + 1, resource: resource(buffers) })),
  ];
  if (dispatch.usesRun) entries.push({ binding: RUN_BINDING, resource: { buffer: buffers.run, size: RUN_BYTES } });
  return { pipeline, group: device.createBindGroup({ layout, entries }), workgroups: dispatch.workgroups };
}
