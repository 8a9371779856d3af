import { Refusal } from '../refusal';

/** The file's header contradicts the file, or itself. */
export function unsound(format: string, what: string): Refusal {
  return new Refusal(
    422,
    'unsound-file',
    `As a ${format} file: ${what}.`,
    'Check that the file opens where it was made, and was not cut short.',
  );
}

const ALWAYS_FINE = 64 * 2 ** 20;
/** Deflate cannot do better than 1,032 to 1. */
const LARGEST_RATIO = 1100;

/** A small file that unpacks into a huge one is a trap for whoever opens it. */
export function refuseBomb(format: string, unpacked: number, packed: number): void {
  if (unpacked > ALWAYS_FINE && unpacked > packed * LARGEST_RATIO)
    throw unsound(format, `${packed} bytes claim to unpack into ${unpacked}`);
}
