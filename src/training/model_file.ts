/**
 * Models and checkpoints as one safetensors file each. Tensors are named `SET/LAYER.weight` (`restorer/enter.weight`);
 * a checkpoint adds Adam's moments as `SET/m/…` and `SET/v/…`. Metadata: `format` = 'mendscope', and everything else as
 * one JSON string under `mendscope`.
 */

import type { Backbone } from '../models/backbone';
import { PRESET_NAMES, type PresetName } from '../models/presets';
import { isUNet, ownTasks, type RestoringNetwork } from '../models/restoring_network';
import { readSafetensors, writeSafetensors } from '../models/safetensors';
import type { KernelChoices, Values } from '../runtime';
import type { RunConfig } from './config';
import type { Ancestor, ModelInfo, Phase, Steps, TrainConfig } from './messages';
import { LOOK_LENGTH, type TaskLooks } from './task_looks';

/** What the JSON of a model or checkpoint holds. */
export interface FileRecord {
  kind: 'model' | 'checkpoint';
  version: 1;
  preset: PresetName;
  tasks: { name: string; axial: boolean }[];
  /** Layer tables of the two networks, so that a file can be read whatever the presets become. */
  restorer: RestoringNetwork;
  generator: Backbone;
  /** Percentiles by which every image is scaled to −1..1, by itself. */
  normalisation: { low: number; high: number };
  config: RunConfig;
  /** Each task's darkest restored sample, in the order of the tasks; absent where anything goes. */
  floors?: number[];
  /** What the tasks' defective images look like, so that nobody has to name one; absent where they are not known. */
  looks?: TaskLooks;
  steps: Steps;
  provenance: {
    program: string;
    adapter: string;
    /** ISO 8601. */
    created: string;
    /** Seconds of training. */
    seconds: number;
    /** Per task: number of images, whether they were pairs, and if not, how many were made of them (measured_pairs.ts). */
    data: { task: string; kind: 'paired' | 'unpaired'; defective: number; clean: number; made?: number }[];
    /** φ that the content and style terms used. */
    phi: string;
    /** What it was trained further from, nearest first. */
    madeFrom?: Ancestor[];
  };
  /** A checkpoint: which phase was under way. The position in the data and the random state are `steps` and the seed. */
  phase?: Exclude<Phase, 'compiling'>;
  /** A checkpoint: Adam's step counter by parameter set. */
  adamSteps?: Record<string, number>;
  /** A checkpoint: the kernels that the run computes with. */
  kernels?: KernelChoices;
}

export type NamedTensors = Map<string, Values>;

export interface ModelFile {
  record: FileRecord;
  /** By set: `tensors.get('restorer')` maps `enter.weight` to its weights; moments under 'restorer/m', 'restorer/v'. */
  sets: Map<string, NamedTensors>;
}

/** A file that is no model of this program; says what it is and what to give instead. */
export class ModelFileError extends Error {
  constructor(
    readonly got: string,
    readonly wanted: string,
    readonly fix: string,
    cause?: unknown,
  ) {
    super(`got ${got}, wanted ${wanted}; ${fix}`, { cause });
    this.name = 'ModelFileError';
  }
}

export function writeModelFile({ record, sets }: ModelFile): Uint8Array {
  const tensors: NamedTensors = new Map();
  for (const [set, named] of sets) for (const [name, values] of named) tensors.set(`${set}/${name}`, values);
  return writeSafetensors(tensors, { format: 'mendscope', mendscope: JSON.stringify(record) });
}

/** The same with weights that a file stores as float16: half the bytes, and about three digits of each. */
export function inHalf({ record, sets }: ModelFile): ModelFile {
  const narrow = (named: NamedTensors): NamedTensors =>
    new Map([...named].map(([name, values]) => [name, { ...values, dtype: 'F16' as const }]));
  return { record, sets: new Map([...sets].map(([set, named]) => [set, narrow(named)])) };
}

export function readModelFile(bytes: Uint8Array): ModelFile {
  const fix = 'choose a file that mendscope saved';
  let file: ReturnType<typeof readSafetensors>;
  try {
    file = readSafetensors(bytes);
  } catch (error) {
    throw new ModelFileError((error as Error).message, 'a mendscope model', fix, error);
  }
  if (file.metadata.format !== 'mendscope')
    throw new ModelFileError('a safetensors file of another program', 'a mendscope model', fix);
  const sets = new Map<string, NamedTensors>();
  for (const [name, tensor] of file.tensors) {
    const cut = name.lastIndexOf('/');
    const set = name.slice(0, cut);
    if (!sets.has(set)) sets.set(set, new Map());
    sets.get(set)?.set(name.slice(cut + 1), tensor);
  }
  const record = checkedRecord(file.metadata.mendscope ?? '');
  if (!sets.has('restorer')) throw new ModelFileError('a file without restorer weights', 'a mendscope model', fix);
  return { record, sets };
}

function checkedRecord(text: string): FileRecord {
  const fix = 'choose a file that mendscope saved, or train again';
  let record: Partial<FileRecord> | null;
  try {
    record = JSON.parse(text) as Partial<FileRecord> | null;
  } catch (error) {
    throw new ModelFileError('a record that is no JSON', 'the record that mendscope writes', fix, error);
  }
  const sound =
    (record?.kind === 'model' || record?.kind === 'checkpoint') &&
    record.version === 1 &&
    PRESET_NAMES.includes(record.preset as PresetName) &&
    Array.isArray(record.tasks) &&
    record.tasks.every((task) => typeof task?.name === 'string' && typeof task.axial === 'boolean') &&
    isNetwork(record.restorer, record.tasks.length) &&
    (record.floors === undefined || isNumbers(record.floors, record.tasks.length)) &&
    (record.looks === undefined || areLooks(record.looks, record.tasks.length)) &&
    isSize(record.generator?.first) &&
    isSize(record.generator?.blocks) &&
    isPercentiles(record.normalisation) &&
    (record.provenance?.madeFrom === undefined || isLine(record.provenance.madeFrom)) &&
    (record.provenance?.data === undefined || isSeen(record.provenance.data));
  if (!sound)
    throw new ModelFileError(
      `a record of version ${String(record?.version)} with missing entries`,
      'version 1 with kind, preset, tasks, restorer, generator and normalisation',
      fix,
    );
  return record as FileRecord;
}

const isSeen = (data: Partial<FileRecord['provenance']['data'][number] | null>[]): boolean =>
  Array.isArray(data) &&
  data.every((one) => typeof one?.task === 'string' && (one.made === undefined || Number.isInteger(one.made)));

const isSize = (n: unknown): boolean => Number.isInteger(n) && (n as number) > 0 && (n as number) <= 1024;

function isNetwork(network: RestoringNetwork | undefined, tasks: number): boolean {
  if (!network || !isSize(network.first)) return false;
  if (!isUNet(network)) return isSize(network.blocks);
  if (network.tasks !== undefined && network.tasks !== tasks) return false;
  return isSize(network.kernel) && network.kernel % 2 === 1 && [undefined, 'filter'].includes(network.exit);
}

const isNumbers = (values: unknown, count: number): boolean =>
  Array.isArray(values) && values.length === count && values.every((value) => Number.isFinite(value));

const areLooks = (looks: Partial<TaskLooks> | null, count: number): boolean =>
  Array.isArray(looks?.tasks) &&
  looks.tasks.length === count &&
  Array.isArray(looks.spread) &&
  [...looks.tasks, looks.spread].every((look) => isNumbers(look, LOOK_LENGTH));

/** Of ancestors. A file from elsewhere may hold anything. */
const isLine = (line: unknown): boolean =>
  Array.isArray(line) &&
  line.length > 0 &&
  line.every(
    (one: Partial<Ancestor> | null) =>
      typeof one?.name === 'string' &&
      /^[0-9a-f]{64}$/.test(String(one.sha256)) &&
      Number.isInteger(one.steps?.cinGan) &&
      Number.isInteger(one.steps?.cGan) &&
      (one.steps?.mend === undefined || Number.isInteger(one.steps.mend)) &&
      (one.sharedId === undefined || /^[\w-]+$/.test(String(one.sharedId))),
  );

const isPercentiles = (n: { low: number; high: number } | undefined): boolean =>
  n !== undefined && n.low >= 0 && n.low < n.high && n.high <= 100;

/** What a page or a terminal shows of the file. */
export function modelInfo({ record, sets }: ModelFile): ModelInfo {
  const parameters = [...(sets.get('restorer') ?? [])].reduce((sum, [, { data }]) => sum + data.length, 0);
  const measured = (record.provenance.data ?? []).filter(({ made }) => made !== undefined).map(({ task }) => task);
  return {
    kind: record.kind,
    preset: record.preset,
    tasks: record.tasks,
    paints: sets.has('generator'),
    taskFree: ownTasks(record.restorer) <= 1 || record.looks !== undefined,
    hasDetail: sets.has('detail'),
    parameters,
    normalisation: record.normalisation,
    seed: record.config.seed,
    steps: restorerSteps(record),
    adapter: record.provenance.adapter,
    created: record.provenance.created,
    ...(record.provenance.madeFrom ? { madeFrom: record.provenance.madeFrom } : {}),
    ...(measured.length > 0 ? { measured } : {}),
    ...(record.kind === 'checkpoint' ? { config: resumable(record.config) } : {}),
  };
}

/** Those that made the restorer: one that was left as it was, while a CIN-GAN was trained, has its model's. */
function restorerSteps({ kind, steps, provenance }: FileRecord): Steps {
  const trains = (one: Steps) => (one.mend ?? 0) + one.cGan > 0;
  if (kind === 'checkpoint' || trains(steps)) return steps;
  return provenance.madeFrom?.find((model) => trains(model.steps))?.steps ?? steps;
}

/** The settings in the form that starts a run. Without φ, whose weights no checkpoint has; resume.ts compares its name. */
function resumable({
  preset,
  seed,
  patch,
  recipe = 'published',
  cinGan,
  mend,
  cGan,
  addTasks,
  validationShare,
  logEvery,
  previewEvery,
  checkpointSeconds,
  kernels,
}: RunConfig): TrainConfig {
  const often = { logEvery, previewEvery, checkpointSeconds };
  return {
    preset,
    seed,
    patch,
    recipe,
    cinGan,
    ...(mend && { mend }),
    cGan,
    addTasks,
    validationShare,
    ...often,
    ...(kernels && { kernels }),
  };
}
