/** One case through every engine: each result against ours, then times in rounds that begin with another engine each. */
import type { Engine } from '../../runtime';
import { checkConvolution } from '../check';
import { fmaGauge } from '../gauge';
import { median, relativeError, rotated } from '../statistics';
import { rateOf, repeatsFor } from '../suite';
import type { PeerCase } from './cases';
import type { Engineer, Job, Operands } from './contract';
import { commonWeights, ours } from './ours';

export interface PeerOptions {
  rounds: number;
  /** Seconds that an engine may take for a case before it is left out of further rounds. */
  limit: number;
  /** CPU seconds of the GPU process so far, where the host can tell: a second clock for software adapters. */
  gpuSeconds?: () => Promise<number>;
  /** Told before an engine is given work that may take long: whoever watches ends the page where no answer comes. */
  onTurn?: (engine: string) => Promise<void>;
}

export interface PeerRow {
  case: string;
  engine: string;
  /** Why there is no time: what the engine cannot do. */
  cannot?: string;
  /** Median, with the number of samples behind it. */
  milliseconds?: number;
  samples?: number;
  gflops?: number;
  ofPeak?: number;
  /** Largest difference from our result, relative; of training that of the first loss and of the second. */
  errors?: number[];
  wrong?: boolean;
  /** Of the first run, compiling included. */
  firstMilliseconds?: number;
  /** CPU time of the GPU process for a run, median. */
  cpuMilliseconds?: number;
}

export interface PeerResult {
  rows: PeerRow[];
  peakGflops: number;
}

/** More than this is another result, not other rounding. */
const MOST_ERROR = 1e-3;

interface Candidate {
  row: PeerRow;
  job: Job;
  repeats: number;
  /** Milliseconds of all samples. */
  spent: number;
  samples: { ms: number; ofPeak: number; cpu?: number }[];
}

export async function compareEngines(
  engine: Engine,
  peers: readonly Engineer[],
  one: PeerCase,
  options: PeerOptions,
  say: (line: string) => void,
): Promise<PeerResult> {
  const peak = await fmaGauge(engine);
  const bring = bringing(one);
  const rows: PeerRow[] = [];
  const candidates: Candidate[] = [];
  let wanted: Float32Array[] | undefined;
  for (const peer of [ours(engine), ...peers]) {
    const row: PeerRow = { case: one.name, engine: peer.name };
    rows.push(row);
    try {
      await options.onTurn?.(peer.name);
      const started = performance.now();
      const job = await bring(peer);
      await once(job);
      row.firstMilliseconds = performance.now() - started;
      const results = [await job.read()];
      if (!wanted && one.kind === 'convolution')
        checkConvolution({ direction: one.shape.direction, shape: one.shape }, operands(one.shape), results[0]);
      judge(row, results, wanted);
      if (row.wrong) {
        job.dispose();
      } else {
        await options.onTurn?.(peer.name);
        const candidate = await second(row, job, options);
        if (one.kind === 'training') results.push(await job.read());
        judge(row, results, wanted);
        candidates.push(candidate);
      }
      wanted ??= results;
    } catch (error) {
      if (rows.length === 1) throw error;
      row.cannot = error instanceof Error ? error.message.split('\n')[0] : String(error);
    }
    say(
      `${one.name}: ${peer.name} ${row.cannot ? `cannot: ${row.cannot}` : `first ${row.firstMilliseconds?.toFixed(0)} ms, differs by ${row.errors?.map((error) => error.toExponential(1)).join(', ')}`}`,
    );
  }
  const peaks: number[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const rate = await rateOf(peak);
    peaks.push(rate);
    for (const candidate of rotated(candidates, round)) {
      if (candidate.spent / 1000 > options.limit) continue;
      await options.onTurn?.(candidate.row.engine);
      const { ms, cpu } = await sample(candidate.job, candidate.repeats, options.gpuSeconds);
      candidate.spent += ms * candidate.repeats;
      candidate.samples.push({ ms, cpu, ofPeak: one.flops / ms / 1e6 / rate });
    }
  }
  for (const { row, samples, job } of candidates) {
    Object.assign(row, summary(samples, one.flops, median(peaks)));
    job.dispose();
  }
  return { rows, peakGflops: median(peaks) };
}

/** Differences from what is wanted, so far as there are results. */
function judge(row: PeerRow, results: readonly Float32Array[], wanted: readonly Float32Array[] = results): void {
  row.errors = results.map((result, i) => relativeError(result, wanted[i]));
  row.wrong = !row.errors.every((error) => error <= MOST_ERROR);
}

/**
 * The second run, which tells how many make a sample; of a training step it also tells whether the gradients were right.
 * Where it takes longer than the limit, it is the one sample.
 */
async function second(row: PeerRow, job: Job, { limit }: PeerOptions): Promise<Candidate> {
  const { ms } = await sample(job, 1);
  const slow = ms > 1000 * limit;
  const samples = slow ? [{ ms, ofPeak: Number.NaN }] : [];
  return { row, job, repeats: repeatsFor(ms), spent: slow ? ms : 0, samples };
}

async function once(job: Job): Promise<void> {
  await job.run();
  await job.sync();
}

async function sample(
  job: Job,
  repeats: number,
  gpuSeconds?: () => Promise<number>,
): Promise<{ ms: number; cpu?: number }> {
  await job.sync();
  const cpuBefore = await gpuSeconds?.();
  const started = performance.now();
  for (let i = 0; i < repeats; i++) {
    const done = job.run();
    if (done) await done;
  }
  await job.sync();
  const ms = (performance.now() - started) / repeats;
  const cpuAfter = await gpuSeconds?.();
  if (cpuBefore === undefined || cpuAfter === undefined) return { ms };
  return { ms, cpu: (1000 * (cpuAfter - cpuBefore)) / repeats };
}

function summary(samples: Candidate['samples'], flops: number, peak: number): Partial<PeerRow> {
  const ms = median(samples.map((s) => s.ms));
  const shares = samples.map((s) => s.ofPeak).filter((share) => !Number.isNaN(share));
  const cpu = samples.flatMap((s) => (s.cpu === undefined ? [] : [s.cpu]));
  return {
    milliseconds: ms,
    samples: samples.length,
    gflops: flops / ms / 1e6,
    ofPeak: shares.length > 0 ? median(shares) : flops / ms / 1e6 / peak,
    ...(cpu.length > 0 && { cpuMilliseconds: median(cpu) }),
  };
}

/** The case's data, the same for every engine. */
function bringing(one: PeerCase): (peer: Engineer) => Promise<Job> {
  if (one.kind === 'convolution') {
    const given = operands(one.shape);
    return (peer) => peer.convolution(one.shape, given);
  }
  const { network } = one;
  const weights = commonWeights(network);
  const image = wave(network.batch * network.side ** 2, 1);
  if (one.kind === 'inference') return (peer) => peer.inference(network, weights, image);
  const target = image.map((value, i) => 0.8 * value + 0.1 * Math.sin(i * 0.37));
  return (peer) => peer.training(network, weights, image, target);
}

function operands({ n, size, ci, co, k, stride }: Extract<PeerCase, { kind: 'convolution' }>['shape']): Operands {
  const out = Math.ceil(size / stride);
  return {
    x: wave(n * size * size * ci, 1),
    w: wave(k * k * ci * co, 2).map((value) => value / Math.sqrt(k * k * ci)),
    dy: wave(n * out * out * co, 3),
  };
}

/** Values in −1..1 without a visible period. */
const wave = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i * 0.7548776662 + ((i * 0.5698402909) % 1) * 5));
