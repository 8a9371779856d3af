import type { DraftFile } from '../src/wire/publication';
import type { BlobRow } from './blob_store';
import { Refusal } from './refusal';

/** Every file is an image whose header was read when it was uploaded, and no two stand at one path. */
export function requireImages(files: readonly DraftFile[], blobs: ReadonlyMap<string, BlobRow>): void {
  const paths = new Set<string>();
  for (const { path, sha256 } of files) {
    const format = blobs.get(sha256)?.facts.format;
    if (format === undefined || format === 'safetensors' || format === 'part')
      throw new Refusal(415, 'unknown-format', `${path} is ${format}.`, 'Images are TIFF, PNG, npy or npz.');
    // Two paths that differ only in case, or in how an accent is written, are one file on many a disk.
    const place = path.normalize('NFC').toLowerCase();
    if (paths.has(place))
      throw new Refusal(422, 'same-path', `Two files are called ${path}.`, 'Give each its own path.');
    paths.add(place);
  }
}
