/** The engine: one device, the parameter sets that live on it, and the programs compiled for it. */
import { type AdapterReport, openDevice } from './adapter';
import { ChoiceTable, type KernelChoices } from './choices';
import { type Footprint, footprintOf, lower, type MemoryLimits, type ProgramSpec } from './compile';
import { DeviceMap } from './device_map';
import type { Graph, ParameterOwner, Tensor } from './graph';
import type { DeviceTraits } from './kernel';
import { choicesIn, measureChoices } from './measure';
import { OutOfMemoryError } from './out_of_memory';
import type { ParameterStore } from './parameters';
import { Pipelines } from './pipelines';
import { Program } from './program';
import type { Home } from './program_memory';
import { ResidentParameters } from './resident';
import { ShapeError } from './shape';
import { FreshMemory, type StorageMemory } from './storage_memory';

/** The GPU is gone. Values last read back are intact; a new engine and the last checkpoint go on from there. */
export class EngineLostError extends Error {
  constructor(why: string) {
    super(`the GPU device was lost (${why}); open a new engine and resume from the last checkpoint`);
    this.name = 'EngineLostError';
  }
}

/** How long after what it broke the news of a lost device may come, in milliseconds. */
const NEWS_DELAY = 500;

export interface EngineOptions {
  /** `navigator.gpu`, or Dawn's for Node. */
  gpu: GPU | undefined;
  powerPreference?: GPUPowerPreference;
  /** Kernels that were chosen on this adapter before; they are chosen again. */
  choices?: KernelChoices;
  /** Time the kernels that an op can be computed by when a program first wants it, for so many milliseconds in all. */
  measure?: { milliseconds: number };
}

export class Engine implements Home, ParameterStore {
  readonly pipelines: Pipelines;
  /** Resolves, with the reason, when the device is lost. */
  readonly lost: Promise<EngineLostError>;
  private why: EngineLostError | null = null;
  private readonly residents = new Map<ParameterOwner, ResidentParameters>();
  private readonly table: ChoiceTable;
  /** The end of the last measurement. */
  private measured: Promise<void> = Promise.resolve();
  private leftToMeasure: number;

  private constructor(
    readonly device: GPUDevice,
    readonly adapter: AdapterReport,
    readonly traits: DeviceTraits,
    { choices, measure }: Pick<EngineOptions, 'choices' | 'measure'>,
  ) {
    this.table = new ChoiceTable(adapter, choices);
    this.leftToMeasure = measure?.milliseconds ?? 0;
    this.pipelines = new Pipelines(device);
    this.lost = device.lost.then(({ reason, message }) => {
      this.why = new EngineLostError(message || reason || 'no reason given');
      return this.why;
    });
  }

  /** @throws NoAdapterError, with what to do */
  static async create({ gpu, powerPreference = 'high-performance', ...options }: EngineOptions): Promise<Engine> {
    const { device, report, traits } = await openDevice(gpu, { powerPreference });
    return new Engine(device, report, traits, options);
  }

  /**
   * A program that computes `outputs` and makes `updates`.
   * @param choices kernels in place of the engine's own choice; ops that it does not name go by rule
   * @throws ShapeError for tensors of another graph or too large for the device; ShaderError where a kernel is refused
   */
  async compile(graph: Graph, spec: ProgramSpec, choices?: KernelChoices, storage?: StorageMemory): Promise<Program> {
    this.assertAlive();
    for (const [name, tensor] of Object.entries(spec.outputs)) {
      if (tensor.graph !== graph)
        throw new ShapeError('compile', `output '${name}' of another graph`, 'outputs of the compiled graph');
    }
    if (!choices && this.leftToMeasure > 0) await this.measureOnce(spec);
    const { choose } = choices ? new ChoiceTable(this.adapter, choices) : this.table;
    return Program.make(this, spec, lower(spec, this.traits, this.limits, choose), storage);
  }

  /**
   * Which kernels programs run by, before any of them is compiled. Compiled with the result, they compute the same bits
   * whenever and in whatever order that happens.
   * @param milliseconds for timing what the engine has no choice for, after which the rest goes by rule; left out: all does
   */
  async settle(specs: readonly ProgramSpec[], milliseconds?: number): Promise<KernelChoices> {
    const nodes = specs.flatMap((spec) => choicesIn(spec, this.traits));
    if (milliseconds === undefined) return new ChoiceTable(this.adapter).settled(nodes, this.traits);
    await this.inTurn(() => this.measure(nodes, milliseconds));
    return this.table.settled(nodes, this.traits);
  }

  /** The kernels measured or given so far: with them a run on this adapter is repeated bit for bit. */
  get choices(): KernelChoices {
    return this.table.toJSON();
  }

  /** Times what a program wants, within what is left of the engine's time; the rest is remembered by rule. */
  private measureOnce(spec: ProgramSpec): Promise<void> {
    return this.inTurn(async () => {
      const start = performance.now();
      const nodes = choicesIn(spec, this.traits);
      await this.measure(nodes, this.leftToMeasure);
      for (const node of nodes) this.table.remember(node, this.table.choose(node, this.traits));
      // Never quite nothing: later programs are still put into the table, by rule.
      this.leftToMeasure = Math.max(Number.EPSILON, this.leftToMeasure - (performance.now() - start));
    });
  }

  private measure(nodes: readonly Tensor[], milliseconds: number): Promise<void> {
    const bench = { home: this, device: this.traits, limits: this.limits };
    return measureChoices(nodes, this.table, bench, performance.now() + milliseconds);
  }

  /** One measurement after another: two at a time would spoil each other. */
  private inTurn(measure: () => Promise<void>): Promise<void> {
    const done = this.measured.then(measure, measure);
    this.measured = done;
    return done;
  }

  /** Memory for an image [height, width, channels] that stays on the device. @throws OutOfMemoryError */
  async map(
    height: number,
    width: number,
    channels: number,
    storage: StorageMemory = new FreshMemory(this.device),
  ): Promise<DeviceMap> {
    this.assertAlive();
    this.device.pushErrorScope('out-of-memory');
    const map = new DeviceMap(storage, height, width, channels, this.mostBufferBytes);
    const memory = await this.orLost(this.device.popErrorScope());
    if (!memory) return map;
    map.destroy();
    throw new OutOfMemoryError('map', 4 * height * width * channels, memory.message);
  }

  /** What a program would take, on a device that binds anything; nothing is made. */
  footprint(spec: ProgramSpec): Footprint {
    const limits = { ...this.limits, mostBindingBytes: Number.POSITIVE_INFINITY };
    return footprintOf(lower(spec, this.traits, limits, this.table.choose));
  }

  /** Largest tensor that a kernel can be given. */
  get mostBindingBytes(): number {
    return this.device.limits.maxStorageBufferBindingSize;
  }

  private get limits(): MemoryLimits {
    return { mostBindingBytes: this.mostBindingBytes, mostBufferBytes: this.mostBufferBytes };
  }

  private get mostBufferBytes(): number {
    return Math.min(this.device.limits.maxBufferSize, 2 ** 32 - 256);
  }

  resident(set: ParameterOwner): ResidentParameters {
    const known = this.residents.get(set);
    if (known) return known;
    const made = new ResidentParameters(this, set);
    this.residents.set(set, made);
    return made;
  }

  /** Frees a parameter set's memory. */
  release(set: ParameterOwner): void {
    this.residents.get(set)?.destroy();
    this.residents.delete(set);
  }

  assertAlive(): void {
    if (this.why) throw this.why;
  }

  /** Waits for the device. What fails because it is gone fails with that reason, whatever the host calls it. */
  async orLost<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      const noNews = new Promise<unknown>((resolve) => setTimeout(resolve, NEWS_DELAY, error));
      throw await Promise.race([this.lost, noNews]);
    }
  }

  destroy(): void {
    this.device.destroy();
  }
}
