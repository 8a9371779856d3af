import { BadInputError } from './bad_input';

/** Sample types that are read and written. Other bit depths are widened to the next of these, or refused. */
export type SampleType = 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float16' | 'float32' | 'float64';

export interface ImageSize {
  t: number;
  z: number;
  c: number;
  y: number;
  x: number;
}

/** What a file says about its image besides the samples: enough to write the same back. */
export interface ImageMeta {
  /** Size of a pixel in `unit`, where the file says so. */
  pixelSize: { x?: number; y?: number; z?: number };
  /** Unit of `pixelSize`, as the file spells it ('micron', 'µm', 'nm', 'inch'); empty where it says none. */
  unit: string;
  /** Time between two frames in seconds, where the file says so. */
  frameInterval?: number;
  /** Names of the channels in order, where the file says so. */
  channelNames?: string[];
  /** Look-up table of each channel: 768 values, 256 red, then 256 green, then 256 blue. */
  luts?: Uint8Array[];
  /** Displayed minimum and maximum of each channel, where the file says so. */
  displayRanges?: { min: number; max: number }[];
  /** ImageJ's display mode of several channels. */
  mode?: 'composite' | 'color' | 'grayscale';
  /** The three channels are red, green and blue of one colour image (an RGB TIFF or PNG). */
  rgb?: boolean;
  /** 0 is shown white (TIFF PhotometricInterpretation 0). Samples are as stored, never inverted. */
  minIsWhite?: boolean;
  /** The axes and the file kind, as read: 'imagej', 'ome', 'tiff', 'png', 'npy'. */
  source?: string;
  /** ImageDescription (TIFF) or text of the file, unchanged. */
  description?: string;
  /** ImageJ's Info text without this program's record. */
  info?: string;
  /** ImageJ's label of each plane, in the order of the planes. */
  labels?: string[];
  /** The processing record that this program wrote into the file, unchanged. */
  record?: string;
}

/**
 * One image of up to five axes, in the order T Z C Y X, row-major. Samples keep the file's own values and are widened
 * to float32, except float64, uint32 and int32, whose values float32 cannot hold and which stay exact in a Float64Array.
 */
export interface Image {
  data: Float32Array | Float64Array;
  size: ImageSize;
  sampleType: SampleType;
  meta: ImageMeta;
}

/** One 2-D plane, row-major: `data[y · width + x]`. */
export interface Plane {
  width: number;
  height: number;
  data: Float32Array;
}

/** Where a plane stands in an image; left out means 0. */
export interface PlaneAt {
  t?: number;
  z?: number;
  c?: number;
}

/** Range of values that a sample type holds; floating types are unlimited, but for float16. */
export const SAMPLE_RANGE: Record<SampleType, readonly [number, number]> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  uint32: [0, 4294967295],
  int32: [-2147483648, 2147483647],
  float16: [-65504, 65504],
  float32: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  float64: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
};

export const BYTES_PER_SAMPLE: Record<SampleType, number> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float16: 2,
  float32: 4,
  float64: 8,
};

/** True for the sample types whose values float32 cannot hold exactly: their images carry a Float64Array. */
export function needsFloat64(sampleType: SampleType): boolean {
  return sampleType === 'float64' || sampleType === 'uint32' || sampleType === 'int32';
}

/**
 * An image of the given size; `data` may be left out for zeros. Throws BadInputError where the lengths disagree, and
 * where there is not enough memory.
 */
export function makeImage(
  size: Partial<ImageSize>,
  sampleType: SampleType,
  data?: Float32Array | Float64Array,
  meta: Partial<ImageMeta> = {},
): Image {
  const full = { t: 1, z: 1, c: 1, y: 1, x: 1, ...size };
  const samples = sampleCount(full);
  if (data !== undefined && data.length !== samples) {
    throw new BadInputError(
      `${data.length} samples for an image of ${sizeText(full)}`,
      `${samples} samples`,
      'Give data whose length is the product of the five sizes.',
    );
  }
  return {
    data: data ?? zeros(samples, sampleType),
    size: full,
    sampleType,
    meta: { pixelSize: {}, unit: '', ...meta },
  };
}

function zeros(samples: number, sampleType: SampleType): Float32Array | Float64Array {
  try {
    return needsFloat64(sampleType) ? new Float64Array(samples) : new Float32Array(samples);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BadInputError(
      `an image of ${samples} samples`,
      'one that fits into the memory left',
      'Close other images, or save the channels, frames or slices you need as a file of their own.',
    );
  }
}

/** t · z · c · y · x. */
export function sampleCount(size: ImageSize): number {
  return size.t * size.z * size.c * size.y * size.x;
}

/** 'T1 Z45 C2 Y130 X133', for errors and the screen. */
export function sizeText(size: ImageSize): string {
  return `T${size.t} Z${size.z} C${size.c} Y${size.y} X${size.x}`;
}

/** Number of planes, t · z · c. */
export function planeCount(image: Image): number {
  return image.size.t * image.size.z * image.size.c;
}

/** Offset in `image.data` of the plane's first sample. Throws RangeError outside the image. */
export function planeOffset(image: Image, { t = 0, z = 0, c = 0 }: PlaneAt): number {
  const { size } = image;
  const inside = (i: number, n: number) => Number.isInteger(i) && i >= 0 && i < n;
  if (!inside(t, size.t) || !inside(z, size.z) || !inside(c, size.c)) {
    throw new RangeError(`plane t=${t} z=${z} c=${c} is outside an image of ${sizeText(size)}`);
  }
  return ((t * size.z + z) * size.c + c) * size.y * size.x;
}

/** A copy of one plane. Throws RangeError outside the image. */
export function getPlane(image: Image, at: PlaneAt = {}): Plane {
  const offset = planeOffset(image, at);
  const { y, x } = image.size;
  const samples = image.data.subarray(offset, offset + y * x);
  return { width: x, height: y, data: Float32Array.from(samples) };
}

/** Writes `plane` into the image. Throws RangeError outside the image or where the sizes differ. */
export function setPlane(image: Image, at: PlaneAt, plane: Plane): void {
  const offset = planeOffset(image, at);
  const { y, x } = image.size;
  if (plane.width !== x || plane.height !== y || plane.data.length !== y * x) {
    throw new RangeError(`a plane of ${plane.width}×${plane.height} does not fit an image of ${sizeText(image.size)}`);
  }
  image.data.set(plane.data, offset);
}

/** Every plane's place, in the order of the data: t slowest, then z, then c. */
export function planePlaces(size: ImageSize): Required<PlaneAt>[] {
  const places: Required<PlaneAt>[] = [];
  for (let t = 0; t < size.t; t++) {
    for (let z = 0; z < size.z; z++) {
      for (let c = 0; c < size.c; c++) places.push({ t, z, c });
    }
  }
  return places;
}

/** A one-plane image of the given type, its samples those of `plane`. */
export function imageOfPlane(plane: Plane, sampleType: SampleType, meta: Partial<ImageMeta> = {}): Image {
  const data = needsFloat64(sampleType) ? Float64Array.from(plane.data) : plane.data.slice();
  return makeImage({ y: plane.height, x: plane.width }, sampleType, data, meta);
}
