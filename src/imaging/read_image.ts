import { BadInputError } from './bad_input';
import { imagesOf } from './care_archive';
import type { Image } from './image';
import { isNpy, isZip, readNpy } from './npy';
import { isPng, readPng } from './png';
import { isTiff, readTiff } from './tiff';

/** Names of files that `readImage` may be able to read; others in a folder are not micrographs for this program. */
export function isImageName(name: string): boolean {
  return /\.(tiff?|png|npy)$/i.test(name) && !/(^|[\\/])\._/.test(name);
}

/** CARE archives hold pairs, not an image: they are read by `readCareArchive`. */
export function isArchiveName(name: string): boolean {
  return /\.npz$/i.test(name);
}

/** Kinds of file that people open by mistake, by their first bytes. */
const KNOWN: [string, number[]][] = [
  ['a JPEG, which is lossy', [0xff, 0xd8, 0xff]],
  ['a GIF', [0x47, 0x49, 0x46, 0x38]],
  ['a BMP', [0x42, 0x4d]],
  ['a Zeiss CZI', [0x5a, 0x49, 0x53, 0x52, 0x41, 0x57]],
  ['a Nikon ND2', [0xda, 0xce, 0xbe, 0x0a]],
  ['a Leica LIF', [0x70, 0, 0, 0]],
  ['an HDF5 or Imaris file', [0x89, 0x48, 0x44, 0x46]],
  ['a gzip file', [0x1f, 0x8b]],
  ['a PDF', [0x25, 0x50, 0x44, 0x46]],
];

/**
 * Reads an image by what its first bytes say, whatever its name: TIFF, PNG or npy.
 *
 * @param bytes the whole file
 * @param file its name, for errors
 * @throws BadInputError on every other kind of file, and on damaged ones
 */
export function readImage(bytes: Uint8Array, file: string): Image {
  if (isTiff(bytes)) return readTiff(bytes, file);
  if (isPng(bytes)) return readPng(bytes, file);
  if (isNpy(bytes)) return readNpyImage(bytes, file);
  throw new BadInputError(`${kindOf(bytes)} ('${file}')`, 'a TIFF, PNG or npy image', fixFor(bytes));
}

/** An array as an image, its axes by their number: YX, ZYX (YXC where the last is 3), ZCYX, TZCYX. */
function readNpyImage(bytes: Uint8Array, file: string): Image {
  const array = readNpy(bytes, file);
  const axes = ['YX', array.shape[2] === 3 ? 'YXC' : 'ZYX', 'ZCYX', 'TZCYX'][array.shape.length - 2];
  if (axes === undefined || array.data.length === 0) {
    throw new BadInputError(
      `an array of shape (${array.shape.join(', ')}) in '${file}'`,
      '2 to 5 axes, none empty',
      'Save one image as YX, ZYX, ZCYX or TZCYX.',
    );
  }
  return imagesOf(array, axes)[0];
}

function kindOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  if (isZip(bytes)) return 'a zip or npz archive';
  const known = KNOWN.find(([, start]) => start.every((byte, i) => bytes[i] === byte));
  return known?.[0] ?? 'a file of an unknown kind';
}

function fixFor(bytes: Uint8Array): string {
  if (isZip(bytes)) return 'Add a CARE archive (X, Y, axes) as training data; save single images as TIFF.';
  return 'Open it in Fiji and save it as TIFF, or copy it again from its source.';
}
