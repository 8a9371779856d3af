/** `mendscope pull LINK --out PATH`: a model or a data set from its link, every byte checked. */
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { EdgeClient } from '../wire/client';
import { sha256 } from '../wire/digest';
import type { FileRecord, VersionRecord } from '../wire/publication';
import { type Command, type Context, text, UsageError } from './command';
import { openLink } from './edge';
import { writeBytes } from './files';

const USAGE = `Usage: mendscope pull LINK --out FILE.safetensors
       mendscope pull LINK --out DIR

Fetches the model, data set or result of a share link. Files that are there already, and the same, are not fetched again.

JSON: {id, kind, title, tasks, out, files, bytes}
`;

export const pull: Command = {
  summary: 'fetch a model or a data set by its link',
  usage: USAGE,
  options: { out: { type: 'string' } },
  async run(line, context) {
    if (line.positionals.length !== 1) throw new UsageError(`got ${line.positionals.length} links, wanted one`);
    const out = text(line, 'out');
    const { edge, item } = openLink(line.positionals[0]);
    const record =
      item.kind === 'model' ? await pullModel(edge, item.id, out) : await pullFiles(edge, item, out, context);
    const { id, kind, title, tasks, fileCount: files, bytes } = record;
    return {
      json: { id, kind, title, tasks, out, files, bytes },
      text: `${title}: ${files} files, ${bytes} bytes in ${out}`,
    };
  },
};

async function pullModel(edge: EdgeClient, id: string, out: string): Promise<VersionRecord> {
  const { record, bytes } = await edge.fetchModel(id);
  await writeBytes(out, bytes);
  return record;
}

async function pullFiles(
  edge: EdgeClient,
  { kind, id }: { kind: VersionRecord['kind']; id: string },
  out: string,
  { say }: Context,
): Promise<VersionRecord> {
  const record = await edge.fetchVersion(kind, id);
  let done = 0;
  for await (const file of edge.files(record)) {
    // The record's paths are relative and stay in their folder: the client refuses others.
    const path = join(out, file.path);
    if (!(await isThere(path, file))) await writePieces(edge, file, path);
    done += 1;
    if (done % 100 === 0 || done === record.fileCount) say(`${done} of ${record.fileCount} files`);
  }
  return record;
}

/** Read part by part: a file in parts may be larger than memory. */
async function isThere(path: string, file: FileRecord): Promise<boolean> {
  const found = await open(path).catch(() => undefined);
  if (!found) return false;
  try {
    if ((await found.stat()).size !== file.bytes) return false;
    let at = 0;
    for (const part of file.parts ?? [file]) {
      const piece = new Uint8Array(part.bytes);
      const { bytesRead } = await found.read(piece, 0, part.bytes, at);
      if (bytesRead !== part.bytes || (await sha256(piece)) !== part.sha256) return false;
      at += part.bytes;
    }
    return at === file.bytes;
  } finally {
    await found.close();
  }
}

async function writePieces(edge: EdgeClient, file: FileRecord, path: string): Promise<void> {
  await mkdir(dirname(resolve(path)), { recursive: true });
  await pipeline(Readable.from(edge.pieces(file)), createWriteStream(`${path}.part`));
  await rename(`${path}.part`, path);
}
