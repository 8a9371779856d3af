/** Runs the cases: each is compiled, checked, then timed in rounds that alternate with the device's own rates. */
import type { PresetName } from '../models/presets';
import type { Engine } from '../runtime';
import { type Case, kernelCases } from './cases';
import { copyGauge, fmaGauge, type Gauge } from './gauge';
import { careRestoration, comparisonSteps, growthCases, presetSteps, restoration } from './network_cases';
import { open, type Running } from './running';
import { median } from './statistics';

export interface BenchOptions {
  rounds: number;
  /** Smaller training steps and restorations, for software adapters. */
  quick: boolean;
  /** Cases whose name contains it. */
  only?: string;
  /** The training steps of this preset, in place of all else. */
  steps?: PresetName;
  /** The same work in growing amounts, in place of all else. */
  growth?: { preset: PresetName; sides: number[]; batches: number[] };
  /** Opens an engine for each case, so that no pipeline is there already when compiling is timed. */
  fresh?: () => Promise<Engine>;
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
  /** What the first run takes beyond the median: drivers that put compiling off do it then. */
  firstRunMilliseconds: number;
  /** Of the kernels alone, by timestamps, median; on real devices, where a kernel may be shorter than its submission. */
  kernelMilliseconds?: number;
  /** JavaScript time to enqueue a run, warm, without waiting for the device. */
  encodeMilliseconds: number;
  peakBytes: number;
  boundBytes: number;
  /** Largest difference from the definition, relative; for convolutions. */
  error?: number;
  pixels?: number;
  /** Tiles of a restoration that takes more than one run. */
  tiles?: number;
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

/** What a run with these options measures, in order. */
export function casesFor({ quick, only = '', steps, growth }: Omit<BenchOptions, 'rounds' | 'fresh'>): Case[] {
  if (growth) return growthCases(growth.preset, growth.sides, growth.batches);
  const small = comparisonSteps(4, quick ? 64 : 128);
  const sides = quick ? [256] : [512, 1024];
  const all: Case[] = steps
    ? [...presetSteps(steps), ...small]
    : [
        ...kernelCases(),
        ...small,
        ...sides.flatMap((side) => [careRestoration(side), restoration('laptop', side)]),
        ...(quick ? [] : presetSteps('laptop')),
      ];
  return all.filter(({ name }) => name.includes(only));
}

/** Yields each row when it is measured, and returns the report. */
export async function* benchmark(engine: Engine, options: BenchOptions): AsyncGenerator<BenchRow, BenchReport> {
  const rows: BenchRow[] = [];
  const peaks: number[] = [];
  const copies: number[] = [];
  const shared = options.fresh ? undefined : await ratesOf(engine);
  for (const one of casesFor(options)) {
    const own = await options.fresh?.();
    const rates = shared ?? (await ratesOf(own ?? engine));
    const row = await measure(own ?? engine, one, options.rounds, { ...rates, peaks, copies });
    own?.destroy();
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
}

const ratesOf = async (engine: Engine): Promise<Rates> => ({
  peak: await fmaGauge(engine),
  copy: await copyGauge(engine),
});

interface Measured extends Rates {
  peaks: number[];
  copies: number[];
}

async function measure(engine: Engine, one: Case, rounds: number, rates: Measured): Promise<BenchRow> {
  const running = await open(engine, one);
  const first = (await timed(running, 1)).ms;
  const error = await running.check();
  const { flops, bytes } = running;
  const samples: { ms: number; ofPeak: number; ofCopy: number; encode: number }[] = [];
  const kernelTimes: number[] = [];
  const repeats = repeatsFor(rounds > 1 ? (await timed(running, 1)).ms : first);
  // The device's own rates before and behind each sample: a machine whose speed wanders shows in neither ratio.
  let before = await bothRates(rates);
  for (let round = 0; round < rounds; round++) {
    const { ms, encode } = await timed(running, repeats);
    const behind = await bothRates(rates);
    const peak = (before.peak + behind.peak) / 2;
    const copy = (before.copy + behind.copy) / 2;
    rates.peaks.push(peak);
    rates.copies.push(copy);
    samples.push({ ms, encode, ofPeak: flops / ms / 1e6 / peak, ofCopy: bytes / ms / 1e6 / copy });
    if (running.kernelTime) kernelTimes.push(await running.kernelTime());
    before = behind;
  }
  if (one.kind === 'step') await running.check();
  const encodeMilliseconds = (await encodeTime(running)) ?? median(samples.map((s) => s.encode));
  running.destroy();
  const ms = median(samples.map((s) => s.ms));
  return {
    name: one.name,
    kind: one.kind,
    milliseconds: ms,
    gflops: flops / ms / 1e6,
    gbytes: bytes / ms / 1e6,
    ofPeak: median(samples.map((s) => s.ofPeak)),
    ofCopy: median(samples.map((s) => s.ofCopy)),
    kernels: running.kernels,
    pipelines: running.pipelines,
    compileMilliseconds: running.compileMilliseconds,
    firstRunMilliseconds: Math.max(0, first - ms),
    encodeMilliseconds,
    peakBytes: running.peakBytes,
    boundBytes: running.boundBytes,
    ...(error !== undefined && { error }),
    ...(kernelTimes.length > 0 && { kernelMilliseconds: median(kernelTimes) }),
    ...(running.tiles && { tiles: running.tiles }),
    ...(one.pixels && { pixels: one.pixels }),
  };
}

const bothRates = async ({ peak, copy }: Rates): Promise<{ peak: number; copy: number }> => ({
  peak: await rateOf(peak),
  copy: await rateOf(copy),
});

/** Operations or bytes a run over its time, in 10⁹ a second; over enough runs for a clock to tell. */
export async function rateOf(gauge: Gauge): Promise<number> {
  const { program, flops, bytes } = gauge;
  const running = { run: () => program.run(), finished: () => program.finished() };
  gauge.repeats ??= repeatsFor((await timed(running, 1)).ms / 2);
  return (flops + bytes) / (await timed(running, gauge.repeats)).ms / 1e6;
}

export type Timeable = Pick<Running, 'run' | 'finished'>;

const REHEARSALS = 140;
/** Of those, until JavaScript is compiled. */
const COLD_REHEARSALS = 40;

/** Mean of the middle half: a browser's clock may tick but every 0.1 ms. Undefined where a run is many programs. */
async function encodeTime({ rehearse, finished }: Running): Promise<number | undefined> {
  if (!rehearse) return undefined;
  const times: number[] = [];
  for (let i = 0; i < REHEARSALS; i++) {
    await finished();
    const start = performance.now();
    rehearse();
    if (i >= COLD_REHEARSALS) times.push(performance.now() - start);
  }
  const sorted = times.sort((a, b) => a - b);
  const middle = sorted.slice(sorted.length / 4, (3 * sorted.length) / 4);
  return middle.reduce((sum, ms) => sum + ms, 0) / middle.length;
}

/** Milliseconds of a run, from enqueuing to done, over `repeats` runs in a row; and of enqueuing alone. */
export async function timed(running: Timeable, repeats: number): Promise<{ ms: number; encode: number }> {
  await running.finished();
  const start = performance.now();
  let encode = 0;
  for (let i = 0; i < repeats; i++) {
    const before = performance.now();
    const done = running.run();
    encode += performance.now() - before;
    if (done) await done;
  }
  await running.finished();
  return { ms: (performance.now() - start) / repeats, encode: encode / repeats };
}

export const repeatsFor = (ms: number): number => Math.max(1, Math.min(200, Math.ceil(SAMPLE_MS / ms)));
