/** A compiled step: everything is made at compile time, a run writes two small buffers and submits once. */
import type { Lowered, ProgramSpec, Slot } from './compile';
import { floatBits } from './kernel';
import { Plan, plannedKernel } from './plan';
import { type Bound, Buffers, bind, type Home, type Placed, placed, RUN_BYTES } from './program_memory';
import { ShapeError, showShape, sizeOf } from './shape';
import { updateDispatches } from './update_kernels';
import type { AdamUpdate } from './updates';

export interface RunOptions {
  /** Random streams: the run's seed, and a number that changes from step to step. */
  seed?: number;
  step?: number;
}

export class Program {
  private readonly inputs = new Map<string, Slot>();
  private readonly feed: Float32Array<ArrayBuffer>;
  private readonly runWords = new Uint32Array(RUN_BYTES / 4);
  private staging: GPUBuffer | null = null;
  private runs = 0;
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
    this.feed = new Float32Array(Math.max(lowered.inputBytes, 4) / 4);
  }

  /** Makes pipelines, buffers and bind groups for lowered units. @throws ShaderError, or Error where the GPU refuses */
  static async make(home: Home, spec: ProgramSpec, lowered: Lowered): Promise<Program> {
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
    );
    const bound = all.map((at, i) => bind(device, at, pipelines[i], buffers, i));
    const [memory, validation] = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const error = memory ?? validation;
    if (error) {
      buffers.destroy();
      throw new Error(
        `compile '${spec.label}': the device refused (${error.message}); it asked for ${lowered.memory.peakBytes} bytes`,
      );
    }
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
   * @param inputs a value for every input by name: an array of the input's size, or a number for a scalar
   * @throws ShapeError for a missing, unknown or wrongly sized input; EngineLostError where the device is lost
   */
  run(
    inputs: Readonly<Record<string, Float32Array | number>> = {},
    { seed = 0, step = this.runs }: RunOptions = {},
  ): void {
    this.home.assertAlive();
    this.fill(inputs);
    this.runWords[0] = seed >>> 0;
    this.runWords[1] = step >>> 0;
    (this.spec.updates ?? []).forEach((update, i) => {
      if (update.kind === 'adam') this.stepAdam(update, i + 1, inputs);
    });
    const { device } = this.home;
    const first = this.firstRun === null;
    if (first) device.pushErrorScope('validation');
    if (this.inputs.size > 0) device.queue.writeBuffer(this.buffers.inputs, 0, this.feed);
    device.queue.writeBuffer(this.buffers.run, 0, this.runWords);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { pipeline, group, workgroups } of this.bound) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...workgroups);
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
    if (first) this.firstRun = device.popErrorScope();
    this.runs++;
  }

  /** The outputs of the latest run. @throws Error where no run was made, or the first one was refused */
  async read(): Promise<Record<string, Float32Array>> {
    this.home.assertAlive();
    if (!this.firstRun) throw new Error(`read of '${this.spec.label}': no run yet; call run first`);
    const { device } = this.home;
    const size = this.lowered.outputBytes;
    if (size === 0) return {};
    const staging =
      this.staging ??
      device.createBuffer({
        label: `${this.spec.label} read`,
        size,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
    this.staging = null;
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.buffers.outputs, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    const refused = await this.firstRun;
    if (refused) throw new Error(`run of '${this.spec.label}': ${refused.message}`);
    await staging.mapAsync(GPUMapMode.READ);
    this.home.assertAlive();
    const bytes = staging.getMappedRange();
    const values = this.lowered.outputs.map(
      ({ name, shape, offset }) => [name, new Float32Array(bytes.slice(offset, offset + sizeOf(shape) * 4))] as const,
    );
    staging.unmap();
    if (this.staging) staging.destroy();
    else this.staging = staging;
    return Object.fromEntries(values);
  }

  /** Resolves when everything enqueued so far is done. */
  async finished(): Promise<void> {
    await this.home.device.queue.onSubmittedWorkDone();
  }

  /**
   * Seconds of each kernel of the plan in one run with the latest inputs, by timestamp query; the run counts as one.
   * @throws Error where the device has no timestamp queries
   */
  async profile(
    inputs: Readonly<Record<string, Float32Array | number>> = {},
    options: RunOptions = {},
  ): Promise<Float64Array> {
    const { device } = this.home;
    if (!device.features.has('timestamp-query'))
      throw new Error('profile: this device has no timestamp-query; time whole runs instead');
    this.run(inputs, options);
    const count = this.bound.length;
    const querySet = device.createQuerySet({ type: 'timestamp', count: 2 * count });
    const size = 16 * count;
    const resolved = device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
    const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const encoder = device.createCommandEncoder();
    this.bound.slice(0, this.bound.length).forEach(({ pipeline, group, workgroups }, i) => {
      const pass = encoder.beginComputePass({
        timestampWrites: { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 },
      });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...workgroups);
      pass.end();
    });
    encoder.resolveQuerySet(querySet, 0, 2 * count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const ticks = new BigUint64Array(staging.getMappedRange().slice(0));
    for (const made of [querySet, resolved, staging]) made.destroy();
    return Float64Array.from({ length: count }, (_, i) => Number(ticks[2 * i + 1] - ticks[2 * i]) * 1e-9);
  }

  /** Frees the program's memory (parameters stay). */
  destroy(): void {
    this.buffers.destroy();
    this.staging?.destroy();
  }

  private fill(inputs: Readonly<Record<string, Float32Array | number>>): void {
    const where = `run of '${this.spec.label}'`;
    for (const name of Object.keys(inputs)) {
      if (!this.inputs.has(name) && !this.rateInputs.has(name)) {
        throw new ShapeError(where, `an input '${name}'`, `inputs ${[...this.inputs.keys()].join(', ') || '(none)'}`);
      }
    }
    for (const { name, shape, offset } of this.inputs.values()) {
      const given = inputs[name];
      if (given === undefined)
        throw new ShapeError(where, `no input '${name}'`, `an array of shape ${showShape(shape)}`);
      const size = sizeOf(shape);
      const length = typeof given === 'number' ? 1 : given.length;
      if (length !== size)
        throw new ShapeError(where, `${length} values for '${name}'`, `${size}, for shape ${showShape(shape)}`);
      if (typeof given === 'number') this.feed[offset / 4] = given;
      else this.feed.set(given, offset / 4);
    }
  }

  /** Learning rates fed as inputs need no place on the GPU. */
  private get rateInputs(): Set<string> {
    return new Set(
      (this.spec.updates ?? []).flatMap((u) =>
        u.kind === 'adam' && typeof u.learningRate === 'object' ? [u.learningRate.input] : [],
      ),
    );
  }

  private stepAdam(update: AdamUpdate, slot: number, inputs: Readonly<Record<string, Float32Array | number>>): void {
    const { learningRate } = update;
    const fed = typeof learningRate === 'number' ? learningRate : inputs[learningRate.input];
    const rate = typeof fed === 'number' ? fed : fed?.[0];
    if (rate === undefined) throw new ShapeError(`run of '${this.spec.label}'`, 'no learning rate', 'a number');
    const t = ++this.home.resident(update.set).adamStep;
    this.runWords[4 * slot] = floatBits(rate);
    this.runWords[4 * slot + 1] = floatBits(1 / (1 - update.beta1 ** t));
    this.runWords[4 * slot + 2] = floatBits(1 / (1 - update.beta2 ** t));
  }
}
