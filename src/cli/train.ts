/** `mendscope train`: from data to a model file. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { classifierPhi } from '../models/classifier';
import type { Phi } from '../models/phi';
import { PRESET_NAMES } from '../models/presets';
import { readSafetensors } from '../models/safetensors';
import { squeezenetPhi } from '../models/squeezenet';
import { defined, recipeOf, runConfig } from '../training/config';
import { Control } from '../training/control';
import type { FromThread, Steps, TrainConfig } from '../training/messages';
import { inHalf, modelInfo, readModelFile, writeModelFile } from '../training/model_file';
import { OWN_PHI } from '../training/own_phi';
import { train as trainRun } from '../training/session';
import type { StartingPoint } from '../training/warm_start';
import { type Command, type CommandLine, type Context, choice, count, positive, text, UsageError } from './command';
import { readBytes, writeBytes } from './files';
import { startEngine } from './gpu';
import { dataWords } from './task_words';
import { trainingData } from './train_data';

const USAGE = `Usage: mendscope train --pairs TASK=DEFECTIVE_DIR:CLEAN_DIR … --unpaired TASK=DEFECTIVE_DIR:CLEAN_DIR …
                       --out MODEL.safetensors [options]

Trains one restorer for all tasks and writes the model. Where a task has no pairs, its defect is measured from both sets of
images and given to the clean ones; by the published recipe a CIN-GAN first learns to paint it.

  --pairs TASK=D:C       images of folder D and their clean partners in C, paired by file name; repeatable
  --unpaired TASK=D:C    folders whose images need not belong together; repeatable
                         D:C may be phantom:embryo-axial, phantom:embryo-noise, phantom:retina, phantom:microtubules,
                         phantom:illumination, phantom:random (any structure under any optics, to train further from),
                         or, for --pairs, stack:FILE: the stack's slices, and the same made to look like its side views
  --axial TASK           the task's defect lies along the rows (y): no quarter turns; repeatable
  --psf L,A              for stack:FILE, σ of the microscope's blur across and along z, in pixels; 1,3 if left out
  --factor F             for stack:FILE, how many times coarser z is than x; as the file says if left out
  --limit N              at most N pairs, or images of each side, per task (phantoms: as many; 10 if left out)
  --preset P             tiny, grid, laptop (default) or paper
  --recipe R             mend (a U-Net that learns to be faithful, then detail; the default) or published (the paper's
                         cGAN; what preset paper takes)
  --steps N              restorer steps; the preset's if left out. 0 leaves the restorer of --from as it is
  --cin-steps N          CIN-GAN steps; two thirds of --steps if left out, but none for mend without --add
  --detail-steps N       mend's further steps as a cGAN, for detail; a quarter of --steps if left out
  --batch N  --patch N   samples of a step, and the side of their patches in pixels
  --seed S               0 if left out
  --kernels K            measured (the fastest, timed for 3 s before the first step) or rule; by rule on software adapters
                         and measured on others if left out; a checkpoint has its own
  --phi FILE             torchvision's SqueezeNet 1.1 as safetensors, in place of this project's own classifier
  --checkpoint FILE      keep a checkpoint there while training, every --checkpoint-every seconds (120), and when Ctrl-C
                         ends the run, which writes the model as it stands
  --resume FILE          go on from a checkpoint, with the data it was made with; settings left out are the checkpoint's
  --from MODEL           begin with the weights of a finished model of the same preset, which the new one then names
  --add                  with --from: add the tasks to the model's own; CIN-GAN trains their scales and shifts alone, and
                         the restorer is shown the other defects too, painted on your clean images
  --half                 write the weights in half the bytes (float16)
  --out FILE             the model

JSON: {adapter, software, model, finished, tasks, steps, parameters, seconds, losses}, the losses being the last of each
`;

export const train: Command = {
  summary: 'train CIN-GAN and the restorer on your images',
  usage: USAGE,
  options: {
    pairs: { type: 'string', multiple: true },
    unpaired: { type: 'string', multiple: true },
    axial: { type: 'string', multiple: true },
    psf: { type: 'string' },
    factor: { type: 'string' },
    limit: { type: 'string' },
    preset: { type: 'string' },
    recipe: { type: 'string' },
    steps: { type: 'string' },
    'cin-steps': { type: 'string' },
    'detail-steps': { type: 'string' },
    batch: { type: 'string' },
    patch: { type: 'string' },
    seed: { type: 'string' },
    kernels: { type: 'string' },
    phi: { type: 'string' },
    checkpoint: { type: 'string' },
    'checkpoint-every': { type: 'string' },
    resume: { type: 'string' },
    from: { type: 'string' },
    add: { type: 'boolean' },
    half: { type: 'boolean' },
    out: { type: 'string' },
  },
  async run(line, context) {
    if (line.positionals.length > 0) throw new UsageError(`got '${line.positionals[0]}', wanted options only`);
    const out = text(line, 'out');
    const resume = await resumeOf(line);
    const settings = trainConfig(line, resume?.config);
    const { phi, given } = await phiOf(line);
    const config: TrainConfig = { ...settings, ...(given && { phi: given }) };
    const data = await trainingData({
      ...dataWords(line),
      limit: count(line, 'limit', 1),
      seed: config.seed,
      stack: { psf: psfOf(text(line, 'psf', '1,3')), factor: positive(line, 'factor') },
    });
    const start = await startOf(line);
    const engine = await startEngine(context);
    const control = new Control();
    let interrupted = false;
    process.once('SIGINT', () => {
      interrupted = true;
      // With a checkpoint to keep, the run goes on until it has made it.
      if (config.checkpointSeconds) control.requestCheckpoint();
      else control.stop();
    });
    let losses: Record<string, number> = {};
    for await (const event of trainRun(engine, { config, data, phi, resume: resume?.bytes, start }, control)) {
      tell(event, context);
      if (event.kind === 'progress') losses = { ...losses, ...event.losses };
      if (event.kind === 'checkpoint') {
        await writeBytes(text(line, 'checkpoint'), new Uint8Array(event.bytes));
        if (interrupted) control.stop();
      }
      if (event.kind === 'done') {
        const model = readModelFile(new Uint8Array(event.model));
        await writeBytes(out, line.values.half ? writeModelFile(inHalf(model)) : new Uint8Array(event.model));
        const { tasks, steps, parameters } = event.info;
        const { name, software } = engine.adapter;
        const { seconds } = model.record.provenance;
        const json = {
          adapter: name,
          software,
          model: out,
          finished: event.finished,
          tasks,
          steps,
          parameters,
          seconds,
          losses,
        };
        return { json, text: `wrote ${out} (${stepsText(steps)}, ${name})` };
      }
    }
    throw new Error('the run ended without a model');
  },
};

/** @param kept settings of the checkpoint that the run goes on from: what the line leaves out is as they say */
function trainConfig(line: CommandLine, kept?: TrainConfig): TrainConfig {
  const preset = choice(line, 'preset', PRESET_NAMES, kept?.preset ?? 'laptop');
  const seed = count(line, 'seed', 0) ?? kept?.seed ?? 0;
  const further = line.values.from !== undefined || line.values.resume !== undefined;
  const steps = count(line, 'steps', further ? 0 : 1);
  const recipe = choice(line, 'recipe', ['mend', 'published'] as const, kept?.recipe ?? recipeOf(preset));
  const detailSteps = count(line, 'detail-steps', 0);
  if (recipe === 'published' && detailSteps !== undefined)
    throw new UsageError('got --detail-steps with --recipe published, wanted them for mend only');
  const addTasks = line.values.add === true || kept?.addTasks === true;
  const paints = kept === undefined && (recipe === 'published' || addTasks);
  const cinSteps =
    count(line, 'cin-steps', 0) ?? (steps !== undefined && paints ? Math.ceil((2 * steps) / 3) : undefined);
  const batch = count(line, 'batch', 1);
  const every = count(line, 'checkpoint-every', 1) ?? 120;
  const config: TrainConfig = {
    preset,
    seed,
    patch: count(line, 'patch', 16) ?? kept?.patch,
    recipe,
    cinGan: { ...kept?.cinGan, ...defined({ steps: cinSteps, batch }) },
    mend: { ...kept?.mend, ...defined({ steps, batch }) },
    cGan: { ...kept?.cGan, ...defined({ steps: recipe === 'mend' ? detailSteps : steps, batch }) },
    ...(addTasks && { addTasks }),
    ...(kept?.validationShare !== undefined && { validationShare: kept.validationShare }),
    checkpointSeconds: line.values.checkpoint === undefined ? 0 : every,
    ...(line.values.kernels !== undefined && { kernels: choice(line, 'kernels', ['measured', 'rule'] as const) }),
    // A terminal shows no pictures.
    previewEvery: Number.MAX_SAFE_INTEGER,
  };
  if (line.values.add && !further)
    throw new UsageError('got --add without --from MODEL, wanted the model to add the tasks to');
  if (line.values['checkpoint-every'] !== undefined && line.values.checkpoint === undefined)
    throw new UsageError('--checkpoint-every needs --checkpoint FILE');
  runConfig(config);
  return config;
}

const stepsText = ({ cinGan, mend, cGan }: Steps): string =>
  mend === undefined
    ? `${cinGan} CIN-GAN and ${cGan} restorer steps`
    : `${cinGan} CIN-GAN, ${mend} restorer and ${cGan} detail steps`;

/** The checkpoint to go on from, and its settings. */
async function resumeOf(line: CommandLine): Promise<{ bytes: Uint8Array; config?: TrainConfig } | undefined> {
  if (line.values.resume === undefined) return undefined;
  const bytes = await readBytes(text(line, 'resume'));
  const { config, madeFrom } = modelInfo(readModelFile(bytes));
  if (count(line, 'steps', 0) === 0 && !madeFrom)
    throw new UsageError('--steps: got 0 for a run that began from no model, wanted a whole number from 1');
  return { bytes, config };
}

async function startOf(line: CommandLine): Promise<StartingPoint | undefined> {
  if (line.values.from === undefined) return undefined;
  if (line.values.resume !== undefined)
    throw new UsageError('got --from and --resume, wanted one: a checkpoint knows what its run began from');
  const path = text(line, 'from');
  return { model: await readBytes(path), name: basename(path) };
}

function psfOf(words: string): { lateral: number; axial: number } {
  const [lateral, axial, ...more] = words.split(',').map(Number);
  if (!(lateral > 0 && axial >= lateral) || more.length > 0)
    throw new UsageError(`--psf: got ${words}, wanted two numbers such as 1,3, the second no smaller`);
  return { lateral, axial };
}

/** The φ, and what the run's settings say of it where one was given: its terms have weights of their own. */
async function phiOf(line: CommandLine): Promise<{ phi: Phi; given?: TrainConfig['phi'] }> {
  if (line.values.phi === undefined)
    return { phi: classifierPhi(readSafetensors(new Uint8Array(await readFile(OWN_PHI)))) };
  const bytes = await readBytes(text(line, 'phi'));
  return {
    phi: squeezenetPhi(readSafetensors(bytes)),
    given: { kind: 'squeezenet', weights: bytes.buffer as ArrayBuffer },
  };
}

function tell(event: FromThread, { say }: Context): void {
  if (event.kind === 'notice') say(event.text);
  if (event.kind !== 'progress') return;
  const { phase, step, steps, secondsLeft, losses } = event;
  const terms = Object.entries(losses).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
  const left = secondsLeft === undefined ? '' : `  ${duration(secondsLeft)} left`;
  say(`${phase.padEnd(9)} ${String(step).padStart(String(steps).length)}/${steps}  ${terms.join('  ')}${left}`);
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
