/** Runs the cases: each is compiled, checked, then timed in rounds that alternate with the device's own rates. */
import type { Engine, ParameterSet, Program } from '../runtime';
import { allCases, type Case } from './cases';
import { checkConvolution } from './check';
import { copyGauge, fmaGauge, type Gauge } from './gauge';

export interface BenchOptions {
  rounds: number;
  quick: boolean;
  /** Cases whose name contains it. */
  only?: string;
}

export interface BenchRow {
  name: string;
  kind: Case['kind'];
  /** Median of the rounds. */
  milliseconds: number;
  /** By the definition for kernels; by the plan for whole programs. */
  gflops: number;
  gbytes: number;
  /** Medians of the ratios to the rates measured in the same round. */
  ofPeak: number;
  ofCopy: number;
  kernels: number;
  pipelines: number;
  compileMilliseconds: number;
  /** JavaScript time to enqueue a run. */
  encodeMilliseconds: number;
  peakBytes: number;
  boundBytes: number;
  /** Largest difference from the definition, relative; for convolutions. */
  error?: number;
  megapixelsPerSecond?: number;
}

export interface BenchReport {
  adapter: string;
  software: boolean;
  date: string;
  rounds: number;
  /** Medians over all rounds. */
  peakGflops: number;
  copyGbytes: number;
  rows: BenchRow[];
}

/** At least this long a sample: below it the clock and the submit decide. */
const SAMPLE_MS = 20;

/** Yields each row when it is measured, and returns the report. */
export async function* benchmark(engine: Engine, options: BenchOptions): AsyncGenerator<BenchRow, BenchReport> {
  const peak = await fmaGauge(engine);
  const copy = await copyGauge(engine);
  const rows: BenchRow[] = [];
  const peaks: number[] = [];
  const copies: number[] = [];
  for (const one of allCases(options.quick).filter(({ name }) => name.includes(options.only ?? ''))) {
    const row = await measure(engine, one, options.rounds, { peak, copy, peaks, copies });
    rows.push(row);
    yield row;
  }
  const { name, software } = engine.adapter;
  return {
    adapter: name,
    software,
    date: new Date().toISOString().slice(0, 10),
    rounds: options.rounds,
    peakGflops: median(peaks),
    copyGbytes: median(copies),
    rows,
  };
}

interface Rates {
  peak: Gauge;
  copy: Gauge;
  peaks: number[];
  copies: number[];
}

async function measure(engine: Engine, one: Case, rounds: number, rates: Rates): Promise<BenchRow> {
  const { graph, set, spec, check } = one.trace();
  const started = performance.now();
  const program = await engine.compile(graph, spec);
  const compileMilliseconds = performance.now() - started;
  set.initialise(engine, 1);
  const inputs = Object.fromEntries(
    graph.nodes.flatMap(({ op, shape }) =>
      op.kind === 'input' ? [[op.name, wave(shape.reduce((a, b) => a * b, 1))]] : [],
    ),
  );
  program.run(inputs);
  const result = await program.read();
  const error = check && checkConvolution(check, await values(set), result.result);
  const { plan } = program;
  const flops = one.flops || plan.kernels.reduce((total, k) => total + k.flops, 0);
  const bytes = one.bytes || plan.kernels.reduce((total, k) => total + k.bytes, 0);
  const samples: { ms: number; ofPeak: number; ofCopy: number; encode: number }[] = [];
  const repeats = await repeatsFor(program, inputs);
  for (let round = 0; round < rounds; round++) {
    const peak = rates.peak.flops / (await timed(rates.peak.program, {}, 1)).ms / 1e6;
    const copy = rates.copy.bytes / (await timed(rates.copy.program, {}, 1)).ms / 1e6;
    rates.peaks.push(peak);
    rates.copies.push(copy);
    const { ms, encode } = await timed(program, inputs, repeats);
    samples.push({ ms, encode, ofPeak: flops / ms / 1e6 / peak, ofCopy: bytes / ms / 1e6 / copy });
  }
  program.destroy();
  engine.release(set);
  const ms = median(samples.map((s) => s.ms));
  return {
    name: one.name,
    kind: one.kind,
    milliseconds: ms,
    gflops: flops / ms / 1e6,
    gbytes: bytes / ms / 1e6,
    ofPeak: median(samples.map((s) => s.ofPeak)),
    ofCopy: median(samples.map((s) => s.ofCopy)),
    kernels: plan.kernels.length,
    pipelines: plan.pipelines,
    compileMilliseconds,
    encodeMilliseconds: median(samples.map((s) => s.encode)),
    peakBytes: plan.peakBytes,
    boundBytes: plan.boundBytes,
    ...(error !== undefined && { error }),
    ...(one.megapixels && { megapixelsPerSecond: (1000 * one.megapixels) / ms }),
  };
}

type Inputs = Readonly<Record<string, Float32Array>>;

/** Milliseconds of a run, from enqueuing to done, over `repeats` runs in a row; and of enqueuing alone. */
async function timed(program: Program, inputs: Inputs, repeats: number): Promise<{ ms: number; encode: number }> {
  await program.finished();
  const start = performance.now();
  for (let i = 0; i < repeats; i++) program.run(inputs);
  const enqueued = performance.now();
  await program.finished();
  return { ms: (performance.now() - start) / repeats, encode: (enqueued - start) / repeats };
}

async function repeatsFor(program: Program, inputs: Inputs): Promise<number> {
  const { ms } = await timed(program, inputs, 1);
  return Math.max(1, Math.min(200, Math.ceil(SAMPLE_MS / ms)));
}

async function values(set: ParameterSet): Promise<Record<string, Float32Array>> {
  return Object.fromEntries([...(await set.read())].map(([name, { data }]) => [name, data]));
}

/** Smooth values in −0.5…0.5. */
const wave = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(i * 0.013) / 2);

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
