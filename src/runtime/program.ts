/** A compiled step: everything is made at compile time, a run writes two small buffers and submits once. */
import { footprintOf, type Lowered, type ProgramSpec, type Slot } from './compile';
import type { MapPart, MapTarget } from './device_map';
import { floatBits } from './kernel';
import { OutOfMemoryError } from './out_of_memory';
import { Plan, type PlannedKernel, plannedKernel } from './plan';
import { type Bound, Buffers, bind, type Home, type Placed, placed, RUN_BYTES } from './program_memory';
import { ShapeError, showShape, sizeOf } from './shape';
import { alignedBytes } from './storage';
import { FreshMemory, type StorageMemory } from './storage_memory';
import { updateDispatches } from './update_kernels';
import type { AdamUpdate } from './updates';

export interface RunOptions {
  /** Random streams: the run's seed, and a number that changes from step to step. */
  seed?: number;
  step?: number;
  /** Outputs that are put into maps on the device. */
  keep?: Readonly<Record<string, MapTarget>>;
}

/** A value for an input: an array of its size, a number for a scalar, or a rectangle of a map on the device. */
export type RunInput = Float32Array | number | MapPart;

const isPart = (given: RunInput | undefined): given is MapPart =>
  typeof given === 'object' && !(given instanceof Float32Array);

interface KeptOutput {
  readonly slot: Slot;
  readonly target: MapTarget;
}
const NONE: readonly KeptOutput[] = [];

/** Values of the rectangle. */
const partSize = ({ map, at }: MapPart): number => at.width * at.height * map.channels;

function dispatch(pass: GPUComputePassEncoder, { pipeline, group, workgroups }: Bound): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  const [x, y, z] = workgroups;
  pass.dispatchWorkgroups(x, y, z);
}

/** A kernel of the plan with what it took in one run. */
export interface TimedKernel extends PlannedKernel {
  readonly ms: number;
}

export class Program {
  private readonly inputs = new Map<string, Slot>();
  private readonly feed: Float32Array<ArrayBuffer>;
  private readonly adamUpdates: readonly AdamUpdate[];
  /** Learning rates fed as inputs need no place on the GPU. */
  private readonly rateInputs: ReadonlySet<string>;
  private readonly runWords = new Uint32Array(RUN_BYTES / 4);
  private staging: GPUBuffer | null = null;
  private runs = 0;
  /** Whether inputs of the latest run came out of maps. */
  private hasParts = false;
  private firstRun: Promise<GPUError | null> | null = null;

  private constructor(
    private readonly home: Home,
    private readonly spec: ProgramSpec,
    private readonly lowered: Lowered,
    readonly plan: Plan,
    private readonly buffers: Buffers,
    private readonly bound: readonly Bound[],
  ) {
    for (const slot of lowered.inputs) this.inputs.set(slot.name, slot);
    this.adamUpdates = (spec.updates ?? []).filter((update) => update.kind === 'adam');
    this.rateInputs = new Set(
      this.adamUpdates.flatMap(({ learningRate }) => (typeof learningRate === 'object' ? [learningRate.input] : [])),
    );
    this.feed = new Float32Array(Math.max(lowered.inputBytes, 4) / 4);
  }

  /** Makes pipelines, buffers and bind groups for lowered units. @throws ShaderError, or Error where the GPU refuses */
  static async make(
    home: Home,
    spec: ProgramSpec,
    lowered: Lowered,
    storage: StorageMemory = new FreshMemory(home.device),
  ): Promise<Program> {
    const { device } = home;
    const steps = lowered.units.flatMap((unit) => unit.dispatches);
    const updates = (spec.updates ?? []).flatMap((update, i) => updateDispatches(update, i + 1));
    const all: readonly Placed[] = [...steps.map((dispatch) => placed(dispatch, lowered.places)), ...updates];
    const pipelines = await Promise.all(all.map(({ dispatch }) => home.pipelines.get(dispatch)));
    device.pushErrorScope('validation');
    device.pushErrorScope('out-of-memory');
    const buffers = new Buffers(
      home,
      lowered,
      all.map(({ dispatch }) => dispatch.params),
      storage,
    );
    const bound = all.map((at, i) => bind(device, at, pipelines[i], buffers, i));
    const [memory, validation] = await home.orLost(Promise.all([device.popErrorScope(), device.popErrorScope()]));
    if (memory || validation) buffers.destroy();
    if (memory) throw new OutOfMemoryError(`compile '${spec.label}'`, footprintOf(lowered).bytes, memory.message);
    if (validation) throw new Error(`compile '${spec.label}': the device refused (${validation.message})`);
    const kernels = all.map(({ dispatch, bytes }) => plannedKernel(dispatch, bytes));
    const plan = new Plan(
      spec.label,
      kernels,
      new Set(pipelines).size,
      lowered.memory.peakBytes,
      lowered.memory.boundBytes,
    );
    return new Program(home, spec, lowered, plan, buffers, bound);
  }

  /**
   * Enqueues one run and returns at once.
   * @param inputs a value for every input by name
   * @throws ShapeError for a missing, unknown or wrongly sized input; EngineLostError where the device is lost
   */
  run(inputs: Readonly<Record<string, RunInput>> = {}, options: RunOptions = {}): void {
    this.submit(inputs, options, this.onePass);
  }

  /**
   * Does all of {@link run} but hand the work to the device, and leaves no trace: what a run costs in JavaScript, however
   * long the device takes for it.
   */
  rehearse(inputs: Readonly<Record<string, RunInput>> = {}, options: RunOptions = {}): void {
    this.encode(inputs, this.prepare(inputs, options), this.onePass);
    // What was encoded leaves JavaScript here, as it does with a run.
    this.home.device.queue.submit([]);
    for (const update of this.adamUpdates) this.home.resident(update.set).adamStep--;
  }

  private readonly onePass = (encoder: GPUCommandEncoder): void => {
    const pass = encoder.beginComputePass();
    for (const one of this.bound) dispatch(pass, one);
    pass.end();
  };

  private submit(
    inputs: Readonly<Record<string, RunInput>>,
    options: RunOptions,
    work: (encoder: GPUCommandEncoder) => void,
  ): void {
    const { device } = this.home;
    const kept = this.prepare(inputs, options);
    const first = this.firstRun === null;
    if (first) device.pushErrorScope('validation');
    device.queue.submit([this.encode(inputs, kept, work)]);
    if (first) this.firstRun = device.popErrorScope();
    this.runs++;
  }

  /** Brings what differs from run to run to where it is uploaded from. */
  private prepare(
    inputs: Readonly<Record<string, RunInput>>,
    { seed = 0, step = this.runs, keep }: RunOptions,
  ): readonly KeptOutput[] {
    this.home.assertAlive();
    this.fill(inputs);
    const kept = keep ? this.keptOutputs(keep) : NONE;
    this.runWords[0] = seed >>> 0;
    this.runWords[1] = step >>> 0;
    (this.spec.updates ?? []).forEach((update, i) => {
      if (update.kind === 'adam') this.stepAdam(update, i + 1, inputs);
    });
    return kept;
  }

  private encode(
    inputs: Readonly<Record<string, RunInput>>,
    kept: readonly KeptOutput[],
    work: (encoder: GPUCommandEncoder) => void,
  ): GPUCommandBuffer {
    const { device } = this.home;
    device.queue.writeBuffer(this.buffers.run, 0, this.runWords);
    const encoder = device.createCommandEncoder();
    this.upload(inputs, encoder);
    work(encoder);
    for (const { slot, target } of kept) target.map.copyFrom(encoder, target, this.buffers.outputs, slot.offset);
    return encoder.finish();
  }

  /**
   * Outputs of the latest run; all of them where no names are given.
   * @throws Error where no run was made, or the first one was refused
   */
  async read(names?: readonly string[]): Promise<Record<string, Float32Array>> {
    this.home.assertAlive();
    if (!this.firstRun) throw new Error(`read of '${this.spec.label}': no run yet; call run first`);
    const { device } = this.home;
    const slots = this.lowered.outputs.filter(({ name }) => !names || names.includes(name));
    const size = slots.reduce((bytes, { shape }) => bytes + alignedBytes(sizeOf(shape)), 0);
    if (size === 0) return {};
    const staging =
      this.staging?.size === size
        ? this.staging
        : device.createBuffer({
            label: `${this.spec.label} read`,
            size,
            usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
          });
    if (staging === this.staging) this.staging = null;
    const encoder = device.createCommandEncoder();
    const starts: number[] = [];
    let start = 0;
    for (const { shape, offset } of slots) {
      const bytes = alignedBytes(sizeOf(shape));
      encoder.copyBufferToBuffer(this.buffers.outputs, offset, staging, start, bytes);
      starts.push(start);
      start += bytes;
    }
    device.queue.submit([encoder.finish()]);
    const refused = await this.home.orLost(this.firstRun);
    if (refused) throw new Error(`run of '${this.spec.label}': ${refused.message}`);
    await this.home.orLost(staging.mapAsync(GPUMapMode.READ));
    this.home.assertAlive();
    const bytes = staging.getMappedRange();
    const values = slots.map(
      ({ name, shape }, i) => [name, new Float32Array(bytes.slice(starts[i], starts[i] + sizeOf(shape) * 4))] as const,
    );
    staging.unmap();
    if (this.staging) staging.destroy();
    else this.staging = staging;
    return Object.fromEntries(values);
  }

  /** Resolves when everything enqueued so far is done. */
  async finished(): Promise<void> {
    await this.home.orLost(this.home.device.queue.onSubmittedWorkDone());
  }

  /**
   * One run like {@link run}, with each kernel of the plan timed on the device, by a pass of its own: the whole takes longer
   * than a plain run. Browsers round the times, to 0.1 ms mostly.
   * @throws Error where the device has no timestamp queries
   */
  async profile(
    inputs: Readonly<Record<string, RunInput>> = {},
    options: RunOptions = {},
  ): Promise<readonly TimedKernel[]> {
    const { device } = this.home;
    if (!device.features.has('timestamp-query'))
      throw new Error(`profile of '${this.spec.label}': this device has no timestamp queries; time whole runs instead`);
    const count = 2 * this.bound.length;
    const querySet = device.createQuerySet({ type: 'timestamp', count });
    const size = 8 * count;
    const resolved = device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
    const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    this.submit(inputs, options, (encoder) => {
      for (const [i, one] of this.bound.entries()) {
        const timestampWrites = { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 };
        const pass = encoder.beginComputePass({ timestampWrites });
        dispatch(pass, one);
        pass.end();
      }
      encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    });
    await this.home.orLost(staging.mapAsync(GPUMapMode.READ));
    const ticks = new BigUint64Array(staging.getMappedRange().slice(0));
    for (const made of [querySet, resolved, staging]) made.destroy();
    return this.plan.kernels.map((kernel, i) => ({ ...kernel, ms: Number(ticks[2 * i + 1] - ticks[2 * i]) * 1e-6 }));
  }

  /** Frees the program's memory (parameters stay). */
  destroy(): void {
    this.buffers.destroy();
    this.staging?.destroy();
  }

  /** Inputs to their places: in one write, or one by one where some come out of maps. */
  private upload(inputs: Readonly<Record<string, RunInput>>, encoder: GPUCommandEncoder): void {
    const { queue } = this.home.device;
    if (this.inputs.size === 0) return;
    if (!this.hasParts) {
      queue.writeBuffer(this.buffers.inputs, 0, this.feed);
      return;
    }
    for (const { name, shape, offset } of this.inputs.values()) {
      const given = inputs[name];
      if (isPart(given)) given.map.copyTo(encoder, given.at, this.buffers.inputs, offset);
      else queue.writeBuffer(this.buffers.inputs, offset, this.feed, offset / 4, sizeOf(shape));
    }
  }

  /** @throws ShapeError where there is no such output, or the map's rectangle has not its size */
  private keptOutputs(targets: Readonly<Record<string, MapTarget>>): KeptOutput[] {
    const where = `run of '${this.spec.label}'`;
    return Object.entries(targets).map(([name, target]) => {
      const slot = this.lowered.outputs.find((output) => output.name === name);
      if (!slot)
        throw new ShapeError(where, `an output '${name}'`, `outputs ${Object.keys(this.spec.outputs).join(', ')}`);
      const size = partSize(target);
      if (size !== sizeOf(slot.shape))
        throw new ShapeError(where, `a rectangle of ${size} values for '${name}'`, showShape(slot.shape));
      return { slot, target };
    });
  }

  private fill(inputs: Readonly<Record<string, RunInput>>): void {
    const where = `run of '${this.spec.label}'`;
    for (const name of Object.keys(inputs)) {
      if (!this.inputs.has(name) && !this.rateInputs.has(name)) {
        throw new ShapeError(where, `an input '${name}'`, `inputs ${[...this.inputs.keys()].join(', ') || '(none)'}`);
      }
    }
    this.hasParts = false;
    for (const { name, shape, offset } of this.inputs.values()) {
      const given = inputs[name];
      if (given === undefined)
        throw new ShapeError(where, `no input '${name}'`, `an array of shape ${showShape(shape)}`);
      const size = sizeOf(shape);
      const length = typeof given === 'number' ? 1 : isPart(given) ? partSize(given) : given.length;
      if (length !== size)
        throw new ShapeError(where, `${length} values for '${name}'`, `${size}, for shape ${showShape(shape)}`);
      if (typeof given === 'number') this.feed[offset / 4] = given;
      else if (isPart(given)) this.hasParts = true;
      else this.feed.set(given, offset / 4);
    }
  }

  private stepAdam(update: AdamUpdate, slot: number, inputs: Readonly<Record<string, RunInput>>): void {
    const { learningRate } = update;
    const fed = typeof learningRate === 'number' ? learningRate : inputs[learningRate.input];
    const rate = fed instanceof Float32Array ? fed[0] : fed;
    if (typeof rate !== 'number') throw new ShapeError(`run of '${this.spec.label}'`, 'no learning rate', 'a number');
    const t = ++this.home.resident(update.set).adamStep;
    this.runWords[4 * slot] = floatBits(rate);
    this.runWords[4 * slot + 1] = floatBits(1 / (1 - update.beta1 ** t));
    this.runWords[4 * slot + 2] = floatBits(1 / (1 - update.beta2 ** t));
  }
}
