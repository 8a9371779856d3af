/** `mendscope info FILE`: what a model, a checkpoint or an image says of itself. */
import { extname } from 'node:path';
import type { Image } from '../imaging/image';
import { readImage } from '../imaging/read_image';
import { modelInfo, readModelFile } from '../training/model_file';
import { type Command, UsageError } from './command';
import { readBytes } from './files';

const USAGE = `Usage: mendscope info FILE [--json]

Describes a model, a checkpoint (both .safetensors) or an image.

JSON: {file, kind: 'model' | 'checkpoint', …record} or {file, kind: 'image', size, sampleType, meta, min, max}
`;

export const info: Command = {
  summary: 'describe a model, a checkpoint or an image',
  usage: USAGE,
  options: {},
  async run(line) {
    if (line.positionals.length !== 1) throw new UsageError(`got ${line.positionals.length} files, wanted one`);
    const [path] = line.positionals;
    const bytes = await readBytes(path);
    const json =
      extname(path).toLowerCase() === '.safetensors'
        ? { file: path, ...aboutModel(bytes) }
        : { file: path, ...aboutImage(await readImage(bytes, path)) };
    return { json, text: listed(json) };
  },
};

function aboutModel(bytes: Uint8Array): Record<string, unknown> {
  const file = readModelFile(bytes);
  return { ...modelInfo(file), bytes: bytes.length, provenance: file.record.provenance, settings: file.record.config };
}

function aboutImage({ data, size, sampleType, meta }: Image): Record<string, unknown> {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const sample of data) {
    min = Math.min(min, sample);
    max = Math.max(max, sample);
  }
  const { luts, ...rest } = meta;
  return { kind: 'image', size, sampleType, min, max, meta: { ...rest, ...(luts ? { luts: luts.length } : {}) } };
}

function listed(json: Record<string, unknown>): string {
  return Object.entries(json)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        `${name.padEnd(14)} ${shortened(typeof value === 'object' ? JSON.stringify(value) : `${value}`)}`,
    )
    .join('\n');
}

/** A microscope's own notes can fill many screens; --json has them whole. */
function shortened(value: string): string {
  return value.length > 200 ? `${value.slice(0, 199)}…` : value;
}
