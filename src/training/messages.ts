/**
 * What passes between the page and a training thread: plain structured-clone objects told apart by `kind`.
 * The page never sees the engine; the thread never sees the DOM. A thread does one job at a time (training, or
 * restoring); the page starts one thread for each, so a restoration never waits for a training step.
 *
 * Every plane that comes back for display is scaled so that 0..1 is the model's own intensity range.
 */
import type { Image, Plane } from '../imaging/image';
import type { PhiName } from '../models/phi';

export type PresetName = 'tiny' | 'grid' | 'laptop' | 'paper';
/** CIN-GAN learns to paint defects; `mend` restores faithfully; the cGAN restores from the beginning, or adds detail to mend. */
export type Phase = 'compiling' | 'cin-gan' | 'mend' | 'cgan';
/** This project's own way from data to a restorer, and the paper's. */
export type Recipe = 'mend' | 'published';

// ---------------------------------------------------------------------------------------------- settings

export interface CinGanSettings {
  /** Generator steps; 0 skips the phase (by the published recipe, possible only where a task has pairs). */
  steps: number;
  batch: number;
  learningRate: number;
  criticSteps: number;
  gradientPenalty: number;
  lambdaAdversarial: number;
  lambdaContent: number;
  lambdaStyle: number;
}

export interface CGanSettings {
  steps: number;
  batch: number;
  learningRate: number;
  lambdaAdversarial: number;
  lambdaContent: number;
  /** Weight of the L1 distance between restoration and truth; 0 in `paper`. */
  lambdaPixel: number;
  /** Share of each batch drawn from CIN-GAN's synthetic pairs where a task has real pairs too, 0..1. */
  syntheticShare: number;
}

export interface MendSettings {
  steps: number;
  batch: number;
  /** Its highest, which it rises to over the first 20th of the steps before it falls to 0. */
  learningRate: number;
  /** Weight of the squared error beside the absolute one. */
  squared: number;
  /** As in {@link CGanSettings}. */
  syntheticShare: number;
}

/** Everything a run depends on besides its data. What is left out takes the preset's value. */
export interface TrainConfig {
  preset: PresetName;
  seed: number;
  /** `mend` where left out, but `published` for the preset `paper`. */
  recipe?: Recipe;
  /** Side of the square training patches, in pixels. */
  patch?: number;
  mend?: Partial<MendSettings>;
  /** Steps left out: the preset's, but none by recipe mend unless tasks are added. */
  cinGan?: Partial<CinGanSettings>;
  /** Of recipe mend, the part that learns detail; its steps left out: a quarter of mend's. */
  cGan?: Partial<CGanSettings>;
  /** The classifier behind the content and style terms: this project's own, or a torchvision SqueezeNet 1.1 file. */
  phi?: { kind: 'mendscope' } | { kind: 'squeezenet'; weights: ArrayBuffer };
  /**
   * The data's tasks are added to those of the model that the run begins from: of CIN-GAN's generator only the scales and
   * shifts of the data's tasks are trained, and the restorer is shown the model's other defects too, painted on the
   * data's clean images.
   */
  addTasks?: boolean;
  /** Share of each task's images kept for validation, 0..0.5; 0.1 where left out. */
  validationShare?: number;
  /** Steps between two progress messages, two previews; seconds between two automatic checkpoints (0: none). */
  logEvery?: number;
  previewEvery?: number;
  checkpointSeconds?: number;
  /**
   * Which of the kernels that an op can be computed by: the fastest, timed for three seconds before the first step, or those
   * that a rule prefers. Left out: `measured` on a real GPU, `rule` on a software adapter.
   */
  kernels?: 'measured' | 'rule';
}

export interface PresetInfo {
  name: PresetName;
  /** One plain sentence: what it is for. */
  summary: string;
  patch: number;
  /** What is taken where a run does not say. */
  recipe: Recipe;
  mend: MendSettings;
  cinGan: CinGanSettings;
  /** Of the published recipe, and of mend's detail. */
  cGan: CGanSettings;
  detail: CGanSettings;
  /** Weight of mend's content term, by the φ that it is measured with. */
  detailContent: Record<PhiName, number>;
  /** Of the network that restores by that recipe. */
  parameters: number;
  /** Multiply-accumulates of one restored patch of `patch`² pixels. */
  macs: number;
}

// -------------------------------------------------------------------------------------------------- data

export interface NamedImage {
  name: string;
  image: Image;
}

interface TaskCommon {
  /** Chosen by the user; unique. */
  name: string;
  /** The defect has a direction (rows are the bad axis): flips only, no quarter turns. */
  axial: boolean;
}

export interface PairedTask extends TaskCommon {
  kind: 'paired';
  pairs: { name: string; defective: Image; clean: Image }[];
}

export interface UnpairedTask extends TaskCommon {
  kind: 'unpaired';
  defective: NamedImage[];
  clean: NamedImage[];
}

export type TrainingTask = PairedTask | UnpairedTask;

export interface TrainingData {
  tasks: TrainingTask[];
}

// ------------------------------------------------------------------------------------------------- thread

export interface AdapterInfo {
  name: string;
  vendor: string;
  architecture: string;
  description: string;
  /** Runs on the processor (SwiftShader, lavapipe, WARP): right, and slow. */
  software: boolean;
  features: string[];
  limits: Record<string, number>;
}

/** Done in each phase; a model from before there was mend has none of it. */
export interface Steps {
  cinGan: number;
  mend?: number;
  cGan: number;
}

/** A model that another was trained further from. */
export interface Ancestor {
  name: string;
  /** Of its file. */
  sha256: string;
  /** Steps of its own, without those of its ancestors. */
  steps: Steps;
  /** Id of the share link that it was opened by. */
  sharedId?: string;
}

/** What a model or checkpoint file says of itself. */
export interface ModelInfo {
  kind: 'model' | 'checkpoint';
  preset: PresetName;
  tasks: { name: string; axial: boolean }[];
  /** Has a CIN-GAN, whose generator paints the defects of these tasks. */
  paints: boolean;
  /** No task need be named to restore: it restores all alike, or knows by an image's look which it is of. */
  taskFree: boolean;
  /** Has weights for both ends of the dial between fidelity and detail. */
  hasDetail: boolean;
  parameters: number;
  /** Percentiles by which an image is normalised before it is restored. */
  normalisation: { low: number; high: number };
  seed: number;
  steps: Steps;
  /** Adapter that trained it. */
  adapter: string;
  /** ISO 8601. */
  created: string;
  /** What it was trained further from, nearest first; absent where it was trained anew. */
  madeFrom?: Ancestor[];
  /** Tasks without pairs, whose defects were measured from both sets of images; absent where there are none. */
  measured?: string[];
  /** Settings needed to resume; only in a checkpoint. */
  config?: TrainConfig;
}

/** One row of the live preview. Absent planes are not known in that phase. */
export interface PreviewRow {
  task: string;
  /** What the network was given: a clean patch (cin-gan), else a defective one. */
  input: Plane;
  synthetic?: Plane;
  restored?: Plane;
  /** The clean patch behind `input`; in the CIN-GAN phase, a real defective patch to compare `synthetic` with. */
  truth?: Plane;
}

/** A compiled step: what one submit does and takes. */
export interface PlanInfo {
  label: string;
  kernels: number;
  pipelines: number;
  /** Memory of the step's own tensors, and the most of them that is alive at one time. */
  peakBytes: number;
  boundBytes: number;
  /** By shader, most arithmetic first. */
  shaders: PlannedShader[];
}

export interface PlannedShader {
  shader: string;
  kernels: number;
  flops: number;
  /** Of every tensor that its kernels touch, each once a kernel. */
  bytes: number;
  /** Of its kernels in one run, by the device's own clock; absent until that is measured, or where it has none. */
  milliseconds?: number;
}

/** An error as this project words it: what came, what was wanted, what to do. */
export interface Complaint {
  got: string;
  wanted: string;
  fix: string;
}

export interface StartModel {
  model: ArrayBuffer;
  name: string;
  sharedId?: string;
}

export type ErrorCode = 'no-adapter' | 'device-lost' | 'bad-data' | 'bad-model' | 'out-of-memory' | 'failed';

export type ToThread =
  /** Name the adapter and the presets. Answered by `adapter` (or `error` with code `no-adapter`) after `presets`. */
  | { kind: 'devices' }
  /** `resume` goes on with a run cut off; `start` begins one with the weights of a finished model. */
  | { kind: 'train'; config: TrainConfig; data: TrainingData; resume?: ArrayBuffer; start?: StartModel }
  | { kind: 'pause' }
  | { kind: 'resume' }
  /** End the run now; answered by `done` with the weights as they stand. */
  | { kind: 'stop' }
  /** Make a checkpoint at the next step. */
  | { kind: 'checkpoint' }
  | { kind: 'inspect'; id: number; model: ArrayBuffer }
  /**
   * `task` is needed only where the model is not task-free; `xzViews` restores a stack on its XZ and YZ views; `flips`
   * takes the mean of four mirrored restorations; `detail`, 0..1, is the dial of a model that has one.
   */
  | {
      kind: 'restore';
      id: number;
      image: Image;
      model: ArrayBuffer;
      task?: string;
      xzViews?: boolean;
      flips?: boolean;
      detail?: number;
    }
  | { kind: 'cancel'; id: number };

export type FromThread =
  | { kind: 'presets'; presets: PresetInfo[] }
  | { kind: 'adapter'; adapter: AdapterInfo }
  | { kind: 'state'; state: 'running' | 'paused' }
  /** Something that the user should know and need not act on. */
  | { kind: 'notice'; text: string }
  | {
      kind: 'progress';
      phase: Phase;
      /** Within the phase, from 1. While compiling: programs compiled so far. */
      step: number;
      steps: number;
      /** For the whole run; absent until it can be estimated. */
      secondsLeft?: number;
      /** By term, as logged: e.g. `critic`, `gradientPenalty`, `adversarial`, `content`, `style`. Empty while compiling. */
      losses: Record<string, number>;
    }
  /** What the steps of a phase do, once they are compiled; again, with times, once one was timed. */
  | { kind: 'plan'; phase: Phase; programs: PlanInfo[] }
  | { kind: 'preview'; phase: Phase; step: number; rows: PreviewRow[] }
  | { kind: 'checkpoint'; phase: Exclude<Phase, 'compiling'>; step: number; automatic: boolean; bytes: ArrayBuffer }
  | { kind: 'done'; finished: boolean; model: ArrayBuffer; info: ModelInfo }
  | { kind: 'inspected'; id: number; info: ModelInfo }
  | { kind: 'restoring'; id: number; done: number; total: number }
  | {
      kind: 'restored';
      id: number;
      /** Same size and sample type as the image sent. */
      image: Image;
      /** What it was restored as: named, or known by its look. */
      task: string | undefined;
      /** Intensities that were mapped onto the model's range. */
      normalisation: { low: number; high: number };
      adapter: string;
      software: boolean;
      seconds: number;
    }
  /** `id` names the request it answers; without one it is the training run, or the thread, that failed. */
  | { kind: 'error'; id?: number; code: ErrorCode; error: Complaint };
