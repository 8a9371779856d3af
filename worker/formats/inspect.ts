import type { Facts } from '../../src/wire/publication';
import { Refusal } from '../refusal';
import { type ByteSource, withHead } from './byte_source';
import { looksLikeNpy, looksLikeZip, readNpyHeader, readNpzDirectory } from './numpy';
import { looksLikePng, readPngHeader } from './png';
import { looksLikeSafetensors, readSafetensorsHeader } from './safetensors';
import { looksLikeTiff, readTiffHeader } from './tiff';

/** Knows a file by its first bytes and checks its header. Whatever is none of these is not kept. */
export async function inspect(file: ByteSource): Promise<Facts> {
  const source = withHead(file);
  const head = await source.read(0, 16);
  if (looksLikeTiff(head)) return readTiffHeader(source);
  if (looksLikePng(head)) return readPngHeader(source);
  if (looksLikeNpy(head)) return readNpyHeader(source);
  if (looksLikeZip(head)) return readNpzDirectory(source);
  if (looksLikeSafetensors(head)) return (await readSafetensorsHeader(source)).facts;
  throw new Refusal(
    415,
    'unknown-format',
    'The bytes are none of the formats this store keeps.',
    'Send safetensors for a model, and TIFF, PNG, npy or npz for an image.',
  );
}
