/** `mendscope restore INPUT… --model M --out DIR`: images through a trained model. */
import { stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { type ImageFormat, writeImage } from '../imaging/write_image';
import { readModelFile } from '../training/model_file';
import { restoredAs, restoreImage } from '../training/restore';
import { scheduleSummary, type TileSchedule } from '../training/tile_plan';
import { type Command, positive, text, UsageError } from './command';
import { imageFiles, isFolder, readBytes, readImageFile, writeBytes } from './files';
import { startEngine } from './gpu';

const USAGE = `Usage: mendscope restore INPUT… --model MODEL.safetensors --out DIR [--task TASK] [--views side|plain] [--factor F]
                         [--flips] [--detail D] [--memory MB] [--json]

Restores images, or every image of the folders given, and writes them under the same names to DIR with the same size
and sample type.

  --model FILE    a model that mendscope trained
  --out DIR       where the restored images go, another folder than theirs; made if it is not there
  --task TASK     one of the model's tasks; a stack of an axial task is restored on its XZ and YZ views. Left out: the one
                  that each image looks like, where the model treats its tasks apart
  --views side    restore a stack on its XZ and YZ views whatever the task says; plain: plane by plane
  --factor F      for side views, how many times coarser z is than x; as the file says if left out
  --flips         restore each plane four times, mirrored, and take the mean: less noise, four times the time
  --detail D      from 0, closest to the truth, to 1, sharper to the eye and more of it made up; 0 if left out
  --memory MB     device memory to stay within; an image that takes more is restored in tiles, with the same result

JSON: {adapter, software, model, restored: [{input, output, task?, seconds, tiled?: {passes, tiles, maps, deviceBytes,
hostBytes, movedBytes}}]}
`;

export const restore: Command = {
  summary: 'restore images with a trained model',
  usage: USAGE,
  options: {
    model: { type: 'string' },
    out: { type: 'string' },
    task: { type: 'string' },
    views: { type: 'string' },
    factor: { type: 'string' },
    flips: { type: 'boolean' },
    detail: { type: 'string' },
    memory: { type: 'string' },
  },
  async run(line, context) {
    if (line.positionals.length === 0) throw new UsageError('got no input, wanted images or folders');
    const modelPath = text(line, 'model');
    const folder = text(line, 'out');
    const task = typeof line.values.task === 'string' ? line.values.task : undefined;
    const views = line.values.views;
    if (views !== undefined && views !== 'side' && views !== 'plain')
      throw new UsageError(`--views: got ${String(views)}, wanted side or plain`);
    const budget = megabytes(line.values.memory);
    const axialFactor = positive(line, 'factor');
    const detail = line.values.detail === undefined ? undefined : Number(line.values.detail);
    const inputs = await expand(line.positionals);
    await refuseOverwriting(inputs, folder);
    const model = readModelFile(await readBytes(modelPath));
    const engine = await startEngine(context);
    const restored: { input: string; output: string; task?: string; seconds: number; tiled?: TileSummary }[] = [];
    for (const input of inputs) {
      const began = performance.now();
      const image = await readImageFile(input);
      let tiled: TileSummary | undefined;
      const mended = await restoreImage(engine, model, image, {
        task,
        xzViews: views && views === 'side',
        axialFactor,
        flips: line.values.flips === true,
        detail,
        budget,
        onSchedule: (schedule) => {
          tiled = summaryOf(schedule);
          context.say(`${input}: ${scheduleSummary(schedule)}`);
        },
      });
      const output = join(folder, outputName(input));
      await writeBytes(output, writeImage(mended, formatOf(output)));
      const seconds = (performance.now() - began) / 1000;
      const as = restoredAs(mended);
      restored.push({ input, output, task: as, seconds, tiled });
      context.say(`${input}${as === undefined ? '' : `, ${as},`} → ${output} (${seconds.toFixed(1)} s)`);
    }
    const { name, software } = engine.adapter;
    return {
      json: { adapter: name, software, model: modelPath, restored },
      text: `restored ${restored.length} image${restored.length === 1 ? '' : 's'} into ${folder}`,
    };
  },
};

/** A schedule in numbers. */
type TileSummary = Pick<TileSchedule, 'tiles' | 'maps' | 'deviceBytes' | 'hostBytes' | 'movedBytes'> & {
  passes: number;
};

const summaryOf = ({ passes, tiles, maps, deviceBytes, hostBytes, movedBytes }: TileSchedule): TileSummary => ({
  passes: passes.length,
  tiles,
  maps,
  deviceBytes,
  hostBytes,
  movedBytes,
});

function megabytes(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const megabytes = Number(value);
  if (!(megabytes > 0)) throw new UsageError(`--memory: got ${String(value)}, wanted megabytes, such as 256`);
  return megabytes * 1e6;
}

async function expand(paths: string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (await isFolder(path)) files.push(...(await imageFiles(path)).map((file) => file.path));
    else files.push(path);
  }
  const names = files.map(outputName);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new UsageError(`two inputs would be written as ${twice}; restore them into two folders`);
  return files;
}

/** By file, not by name: links, and letters of another case on some disks, lead to the same one. */
async function refuseOverwriting(inputs: string[], folder: string): Promise<void> {
  const given = new Set(await Promise.all(inputs.map(fileAt)));
  for (const input of inputs) {
    const output = join(folder, outputName(input));
    const there = await fileAt(output);
    if (there !== undefined && given.has(there))
      throw new UsageError(`--out: got ${folder}, where ${output} is one of the inputs, wanted another folder`);
  }
}

/** What tells a file from every other; undefined where there is none. */
async function fileAt(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && `${found.dev}:${found.ino}`;
}

const FORMATS: Record<string, ImageFormat> = { '.png': 'png', '.npy': 'npy', '.tif': 'tiff', '.tiff': 'tiff' };

const formatOf = (path: string): ImageFormat => FORMATS[extname(path).toLowerCase()] ?? 'tiff';

/** The input's own name and kind of file; what is none of those that are written becomes a TIFF. */
function outputName(path: string): string {
  const name = basename(path);
  return extname(name).toLowerCase() in FORMATS ? name : `${name}.tif`;
}
