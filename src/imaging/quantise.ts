/** Samples to bytes: rounding and clipping to the type a file stores. Nothing is ever scaled. */
import { BadInputError } from './bad_input';
import { halfFromFloat } from './half';
import { SAMPLE_RANGE, type SampleType } from './image';

/**
 * The samples as `sampleType`, little-endian. Integer types: rounded to the nearest integer, halves to even, then
 * clipped to the type's range; infinities are clipped too. float16 is clipped to ±65504 and rounded to even.
 * Throws BadInputError on NaN in an integer type.
 */
export function bytesOfSamples(samples: ArrayLike<number>, sampleType: SampleType): Uint8Array<ArrayBuffer> {
  switch (sampleType) {
    case 'uint8':
      return integers(samples, sampleType, new Uint8Array(samples.length));
    case 'int8':
      return integers(samples, sampleType, new Int8Array(samples.length));
    case 'uint16':
      return integers(samples, sampleType, new Uint16Array(samples.length));
    case 'int16':
      return integers(samples, sampleType, new Int16Array(samples.length));
    case 'uint32':
      return integers(samples, sampleType, new Uint32Array(samples.length));
    case 'int32':
      return integers(samples, sampleType, new Int32Array(samples.length));
    case 'float16':
      return littleEndian(Uint16Array.from(samples, (value) => halfFromFloat(clip(value, sampleType))));
    case 'float32':
      return littleEndian(Float32Array.from(samples));
    case 'float64':
      return littleEndian(Float64Array.from(samples));
  }
}

/** The nearest integer; exactly between two, the even one. */
export function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  // Math.round takes halves upwards; where that gave an odd number, the even neighbour is one below.
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

type IntegerArray = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array;

function integers(samples: ArrayLike<number>, sampleType: SampleType, out: IntegerArray): Uint8Array<ArrayBuffer> {
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i];
    if (Number.isNaN(value)) {
      throw new BadInputError(
        `NaN as sample ${i}, to be saved as ${sampleType}`,
        'numbers',
        'Save as float32, or find out where the NaN comes from.',
      );
    }
    out[i] = roundHalfToEven(clip(value, sampleType));
  }
  return littleEndian(out);
}

function clip(value: number, sampleType: SampleType): number {
  const [low, high] = SAMPLE_RANGE[sampleType];
  return value < low ? low : value > high ? high : value;
}

function littleEndian(values: IntegerArray | Float32Array | Float64Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.buffer as ArrayBuffer);
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] === 1) return bytes;
  const size = values.BYTES_PER_ELEMENT;
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
  return bytes;
}
