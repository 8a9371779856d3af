/** The image files that tests/fixtures/make_fixtures.py makes, and what it says is in them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image, ImageMeta, ImageSize, SampleType } from '../../src/imaging/image';
import { bytesOfSamples } from '../../src/imaging/quantise';

const FOLDER = join(import.meta.dirname, '..', 'fixtures', 'images');

export interface ExpectedImage {
  size: ImageSize;
  sampleType: SampleType;
  /** Of the samples, TZCYX, little-endian, in the sample type. */
  sha256: string;
  meta?: Partial<ImageMeta> & { lutsSha256?: string };
}

export interface ExpectedArchive {
  care: { axes: string; pairs: number; size: ImageSize; sampleType: SampleType; xSha256: string; ySha256: string };
}

const list = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as Record<
  string,
  ExpectedImage | ExpectedArchive
>;

/** The images whose names end like this. */
export function expectedImages(ending: string): [string, ExpectedImage][] {
  return Object.entries(list).filter((entry): entry is [string, ExpectedImage] => entry[0].endsWith(ending));
}

export function expectedArchives(): [string, ExpectedArchive][] {
  return Object.entries(list).filter((entry): entry is [string, ExpectedArchive] => 'care' in entry[1]);
}

export function fixture(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(FOLDER, name)));
}

export function sha256(...parts: Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** Of an image's samples in its own type. */
export function samplesHash(image: Image): string {
  return sha256(bytesOfSamples(image.data, image.sampleType));
}
