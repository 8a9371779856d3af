import type { Context } from 'hono';
import { type BlobRow, piecesOf, streamPieces } from './blob_store';
import type { Edge } from './environment';
import { Refusal } from './refusal';

const EXTENSION: Record<string, string> = {
  tiff: '.tif',
  png: '.png',
  npy: '.npy',
  npz: '.npz',
  safetensors: '.safetensors',
};

/** Bytes so that no browser runs them: a download, of no type, in a sandbox. */
export async function serveBytes(c: Context<Edge>, blob: BlobRow): Promise<Response> {
  const etag = `"${blob.sha256}"`;
  const headers = new Headers({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${blob.sha256.slice(0, 16)}${EXTENSION[blob.facts.format] ?? ''}"`,
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'public, max-age=31536000, immutable',
    'accept-ranges': 'bytes',
    etag,
  });
  if (matches(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers });

  const ifRange = c.req.header('if-range');
  const range = ifRange === undefined || ifRange === etag ? parseRange(c.req.header('range'), blob.bytes) : undefined;
  if (range === 'outside')
    throw new Refusal(
      416,
      'no-such-range',
      `The file has ${blob.bytes} bytes; the range asked for is not in it.`,
      'Ask for bytes=FIRST-LAST within the file.',
      { 'content-range': `bytes */${blob.bytes}` },
    );
  const { first, length } = range ?? { first: 0, length: blob.bytes };
  headers.set('content-length', String(length));
  if (range) headers.set('content-range', `bytes ${first}-${first + length - 1}/${blob.bytes}`);
  const status = range ? 206 : 200;
  if (c.req.method === 'HEAD') return new Response(null, { status, headers });
  const body = await streamPieces(c.env.BLOBS, await piecesOf(c.env.DB, blob), first, length);
  return new Response(body, { status, headers });
}

/** If-None-Match and If-Match: a list of tags, or *. */
export function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}

/** One range. Several at once, or what is no byte range, is answered with the whole file, as RFC 9110 allows. */
function parseRange(
  header: string | undefined,
  size: number,
): { first: number; length: number } | 'outside' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') {
    const length = Math.min(Number(match[2]), size);
    return length === 0 ? 'outside' : { first: size - length, length };
  }
  const first = Number(match[1]);
  const last = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[2] !== '' && Number(match[2]) < first) return undefined;
  return first >= size ? 'outside' : { first, length: last - first + 1 };
}
