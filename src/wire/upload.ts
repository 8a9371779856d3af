/** Sending contents: asks what is missing, sends that in parallel, joins parts. Called again, it goes on. */
import { missingSchema, partsText, storedBlobSchema } from './blob';
import { type Content, hashStretches, readStretch, type Stretch, sizeOf } from './content';
import { sha256 } from './digest';
import { HASHES_PER_QUESTION } from './limits';
import type { Transport } from './transport';

export interface UploadItem {
  path: string;
  /** Read when its turn comes, and again when it must be sent: thousands of files need not be in memory. */
  open(): Content | Promise<Content>;
}

export interface UploadProgress {
  files: number;
  filesDone: number;
  /** Of all files looked at so far. */
  bytesDone: number;
  /** Of these, the bytes that had to be sent. */
  bytesSent: number;
}

export interface UploadOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: UploadProgress) => void) | undefined;
}

export interface Uploaded {
  sha256: string;
  bytes: number;
}

interface Hashed {
  item: UploadItem;
  stretches: Stretch[];
  bytes: number;
}

/** Files looked at before the store is asked which of their bytes it lacks. */
const FILES_AT_ONCE = 64;

/** In the order given. */
export async function upload(
  transport: Transport,
  items: readonly UploadItem[],
  parallel: number,
  { signal, onProgress }: UploadOptions = {},
): Promise<Uploaded[]> {
  const progress: UploadProgress = { files: items.length, filesDone: 0, bytesDone: 0, bytesSent: 0 };
  const uploaded: Uploaded[] = [];
  for (let start = 0; start < items.length; start += FILES_AT_ONCE) {
    const group = items.slice(start, start + FILES_AT_ONCE);
    const hashed = await inParallel(group, parallel, (item) => hash(item, signal));
    const missing = await askMissing(transport, hashed, signal);
    const results = await inParallel(hashed, parallel, async (file) => {
      const sent = await sendMissing(transport, file, missing, signal);
      const result = await join(transport, file, signal);
      progress.filesDone += 1;
      progress.bytesSent += sent;
      progress.bytesDone += file.bytes;
      onProgress?.({ ...progress });
      return result;
    });
    uploaded.push(...results);
  }
  return uploaded;
}

async function hash(item: UploadItem, signal: AbortSignal | undefined): Promise<Hashed> {
  signal?.throwIfAborted();
  const content = await item.open();
  return { item, stretches: await hashStretches(content), bytes: sizeOf(content) };
}

async function askMissing(transport: Transport, files: Hashed[], signal?: AbortSignal): Promise<Set<string>> {
  const hashes = [...new Set(files.flatMap(({ stretches }) => stretches.map((stretch) => stretch.sha256)))];
  const missing = new Set<string>();
  for (let at = 0; at < hashes.length; at += HASHES_PER_QUESTION) {
    const question = JSON.stringify({ sha256: hashes.slice(at, at + HASHES_PER_QUESTION) });
    const answer = await transport.json(missingSchema, '/api/blobs/missing', postJson(question, signal));
    for (const hashOfBlob of answer.missing) missing.add(hashOfBlob);
  }
  return missing;
}

/** The bytes that had to be sent. What two files share is sent by the first of them. */
async function sendMissing(
  transport: Transport,
  { item, stretches }: Hashed,
  missing: Set<string>,
  signal?: AbortSignal,
): Promise<number> {
  let sent = 0;
  const content = stretches.some((stretch) => missing.has(stretch.sha256)) ? await item.open() : undefined;
  for (const { sha256: address, from, to } of stretches) {
    if (!content || !missing.has(address)) continue;
    const body = await readStretch(content, from, to);
    await transport.json(storedBlobSchema, `/api/blobs/${address}${stretches.length > 1 ? '?part=1' : ''}`, {
      method: 'PUT',
      body,
      headers: { 'content-type': 'application/octet-stream' },
      ...(signal ? { signal } : {}),
    });
    missing.delete(address);
    sent += body.byteLength;
  }
  return sent;
}

async function join(transport: Transport, { stretches, bytes }: Hashed, signal?: AbortSignal): Promise<Uploaded> {
  if (stretches.length === 1) return { sha256: stretches[0].sha256, bytes };
  const parts = stretches.map((stretch) => stretch.sha256);
  const request = postJson(JSON.stringify({ parts }), signal);
  const joined = await transport.json(storedBlobSchema, '/api/blobs/joined', request);
  const address = await sha256(partsText(parts));
  if (joined.sha256 !== address) throw new Error(`the store joined the parts as ${joined.sha256}, not ${address}`);
  return { sha256: address, bytes };
}

export function postJson(body: string, signal?: AbortSignal) {
  return {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
    ...(signal ? { signal } : {}),
  };
}

/** Results in the order of the items; the first failure ends the rest. */
async function inParallel<Item, Result>(
  items: readonly Item[],
  parallel: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = new Array(items.length);
  let next = 0;
  let failed = false;
  const runner = async () => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        results[index] = await work(items[index]);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, runner));
  return results;
}
