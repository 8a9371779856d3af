import { BadInputError } from './bad_input';

/** A 2-D array of samples; every `Plane` is one. */
export interface Samples {
  width: number;
  height: number;
  data: Float32Array | Float64Array;
}

/** Refuses a range that errors cannot be measured by. */
export function checkRange(range: number): void {
  if (range > 0 && Number.isFinite(range)) return;
  throw new BadInputError(
    `a range of ${range}`,
    'a range above 0',
    'Give the distance from the lowest to the highest value.',
  );
}

/** Refuses two images of different sizes, and anything that is not a finite number. */
export function checkPair(prediction: Samples, truth: Samples): void {
  if (prediction.width !== truth.width || prediction.height !== truth.height) {
    throw new BadInputError(
      `a prediction of ${sizeOf(prediction)} pixels and a truth of ${sizeOf(truth)}`,
      'two images of one size (width × height)',
      'Compare images that show the same field, and crop or resize neither.',
    );
  }
  checkSamples(prediction, 'prediction');
  checkSamples(truth, 'truth');
}

function checkSamples(image: Samples, role: 'prediction' | 'truth'): void {
  const { width, height, data } = image;
  if (data.length !== width * height || data.length === 0) {
    throw new BadInputError(
      `a ${role} of ${sizeOf(image)} pixels with ${data.length} samples`,
      'width × height samples, at least one',
      'Read the image again.',
    );
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new BadInputError(
    `${data[bad]} in the ${role} at row ${Math.floor(bad / width)}, column ${bad % width}`,
    'finite numbers',
    'Replace or crop such pixels before scoring: a score over the rest would hide them.',
  );
}

function sizeOf(image: Samples): string {
  return `${image.width} × ${image.height}`;
}
