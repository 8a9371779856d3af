/** numpy's array files: `.npy` (format 1.0–3.0), and `.npz`, which is a zip of them. Numbers and short texts. */
import { unzipSync, zipSync } from 'fflate';
import { BadInputError } from './bad_input';
import { floatFromHalf } from './half';
import { BYTES_PER_SAMPLE, needsFloat64, type SampleType } from './image';
import { bytesOfSamples } from './quantise';

export interface NpyArray {
  shape: number[];
  sampleType: SampleType;
  /** Row-major (last axis fastest), whatever the order in the file. */
  data: Float32Array | Float64Array;
}

/** What an archive holds: arrays of numbers, and texts such as CARE's `axes`. */
export interface Npz {
  arrays: Map<string, NpyArray>;
  texts: Map<string, string>;
}

const NUMBER_TYPES = new Map<string, SampleType>([
  ['u1', 'uint8'],
  ['b1', 'uint8'],
  ['i1', 'int8'],
  ['u2', 'uint16'],
  ['i2', 'int16'],
  ['u4', 'uint32'],
  ['i4', 'int32'],
  ['f2', 'float16'],
  ['f4', 'float32'],
  ['f8', 'float64'],
]);

const DESCRIPTIONS: Record<SampleType, string> = {
  uint8: '|u1',
  int8: '|i1',
  uint16: '<u2',
  int16: '<i2',
  uint32: '<u4',
  int32: '<i4',
  float16: '<f2',
  float32: '<f4',
  float64: '<f8',
};

const LARGEST_SAMPLE_COUNT = 2 ** 30;

export function isNpy(bytes: Uint8Array): boolean {
  return bytes[0] === 0x93 && new TextDecoder('latin1').decode(bytes.subarray(1, 6)) === 'NUMPY';
}

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/** One array of numbers. Throws BadInputError on damage, on objects and on 64-bit integers. */
export function readNpy(bytes: Uint8Array, file: string): NpyArray {
  const parsed = parse(bytes, file);
  const sampleType = NUMBER_TYPES.get(parsed.type);
  if (sampleType === undefined) {
    throw new BadInputError(
      `numpy type '${parsed.type}' in '${file}'`,
      'integers of up to 32 bits or floats',
      "Convert the array before saving it, for example with x.astype('float32').",
    );
  }
  const count = parsed.shape.reduce((product, n) => product * n, 1);
  const size = BYTES_PER_SAMPLE[sampleType];
  if (count > LARGEST_SAMPLE_COUNT || count * size > parsed.data.byteLength) {
    throw damaged(file, `${parsed.data.byteLength} bytes for an array of shape (${parsed.shape.join(', ')})`);
  }
  const read = sampleReader(parsed.data, sampleType, parsed.littleEndian);
  const data = needsFloat64(sampleType) ? new Float64Array(count) : new Float32Array(count);
  const at = parsed.columnMajor ? columnMajorIndex(parsed.shape) : (i: number) => i;
  for (let i = 0; i < count; i++) data[i] = read(at(i) * size);
  return { shape: parsed.shape, sampleType, data };
}

/** Format 1.0, little-endian, row-major; integers rounded and clipped as everywhere. */
export function writeNpy({ shape, sampleType, data }: NpyArray): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  return npyFile(DESCRIPTIONS[sampleType], `(${tuple})`, bytesOfSamples(data, sampleType));
}

/** All arrays and texts of an archive. Throws BadInputError on damage; what is neither number nor text is left out. */
export function readNpz(bytes: Uint8Array, file: string): Npz {
  const arrays = new Map<string, NpyArray>();
  const texts = new Map<string, string>();
  for (const [entry, content] of Object.entries(unzip(bytes, file))) {
    const name = entry.replace(/\.npy$/, '');
    const { type } = parse(content, `${file}/${entry}`);
    if (NUMBER_TYPES.has(type)) arrays.set(name, readNpy(content, `${file}/${entry}`));
    else if (/^[US]\d+$/.test(type)) texts.set(name, readText(content, `${file}/${entry}`));
  }
  return { arrays, texts };
}

/** An uncompressed archive as numpy's savez writes it; the same contents give the same bytes. */
export function writeNpz({ arrays, texts }: Npz): Uint8Array {
  const files: Record<string, Uint8Array> = {};
  for (const [name, array] of arrays) files[`${name}.npy`] = writeNpy(array);
  for (const [name, text] of texts) files[`${name}.npy`] = writeText(text);
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) });
}

interface Parsed {
  /** Kind and bytes: 'f4', 'U4'. */
  type: string;
  littleEndian: boolean;
  columnMajor: boolean;
  shape: number[];
  data: DataView;
}

function parse(bytes: Uint8Array, file: string): Parsed {
  if (bytes.length < 12 || !isNpy(bytes)) throw damaged(file, 'a file that does not start as numpy arrays do');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = bytes[6] >= 2;
  const headerStart = long ? 12 : 10;
  const headerBytes = long ? view.getUint32(8, true) : view.getUint16(8, true);
  if (headerStart + headerBytes > bytes.length) throw damaged(file, 'a header cut short');
  const header = new TextDecoder().decode(bytes.subarray(headerStart, headerStart + headerBytes));
  const type = /'descr':\s*'([<>|=]?)(\w+)'/.exec(header);
  const order = /'fortran_order':\s*(True|False)/.exec(header);
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(header);
  if (type === null || order === null || shape === null)
    throw damaged(file, `the header ${header.slice(0, 100).trim()}`);
  const sizes = shape[1].split(',').filter((text) => text.trim() !== '');
  return {
    type: type[2],
    littleEndian: type[1] !== '>',
    columnMajor: order[1] === 'True',
    shape: sizes.map(Number),
    data: new DataView(
      bytes.buffer,
      bytes.byteOffset + headerStart + headerBytes,
      bytes.length - headerStart - headerBytes,
    ),
  };
}

function sampleReader(view: DataView, sampleType: SampleType, littleEndian: boolean): (at: number) => number {
  switch (sampleType) {
    case 'uint8':
      return (at) => view.getUint8(at);
    case 'int8':
      return (at) => view.getInt8(at);
    case 'uint16':
      return (at) => view.getUint16(at, littleEndian);
    case 'int16':
      return (at) => view.getInt16(at, littleEndian);
    case 'uint32':
      return (at) => view.getUint32(at, littleEndian);
    case 'int32':
      return (at) => view.getInt32(at, littleEndian);
    case 'float16':
      return (at) => floatFromHalf(view.getUint16(at, littleEndian));
    case 'float32':
      return (at) => view.getFloat32(at, littleEndian);
    case 'float64':
      return (at) => view.getFloat64(at, littleEndian);
  }
}

/** Where the i-th sample in row-major order stands in a column-major file. */
function columnMajorIndex(shape: number[]): (i: number) => number {
  return (i) => {
    let rest = i;
    let index = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = shape.slice(0, axis).reduce((product, n) => product * n, 1);
      index += (rest % shape[axis]) * stride;
      rest = Math.floor(rest / shape[axis]);
    }
    return index;
  };
}

/** numpy keeps a text as a fixed number of 32-bit characters ('U') or bytes ('S'), padded with zeros. */
function readText(bytes: Uint8Array, file: string): string {
  const { type, littleEndian, data } = parse(bytes, file);
  const wide = type[0] === 'U';
  const length = Math.min(Number(type.slice(1)), Math.floor(data.byteLength / (wide ? 4 : 1)));
  const codes = Array.from({ length }, (_, i) => (wide ? data.getUint32(4 * i, littleEndian) : data.getUint8(i)));
  return codes
    .filter((code) => code > 0 && code <= 0x10ffff)
    .map((code) => String.fromCodePoint(code))
    .join('');
}

function writeText(text: string): Uint8Array {
  const codes = [...text].map((letter) => letter.codePointAt(0) ?? 0);
  const view = new DataView(new ArrayBuffer(4 * codes.length));
  for (const [i, code] of codes.entries()) view.setUint32(4 * i, code, true);
  return npyFile(`<U${codes.length}`, '()', new Uint8Array(view.buffer));
}

function npyFile(description: string, shape: string, data: Uint8Array): Uint8Array {
  const header = `{'descr': '${description}', 'fortran_order': False, 'shape': ${shape}, }`;
  // The data begin at a multiple of 64; the header ends with a line feed.
  const start = Math.ceil((10 + header.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, (start - 10) & 255, (start - 10) >> 8]);
  bytes.set(new TextEncoder().encode(`${header.padEnd(start - 11)}\n`), 10);
  bytes.set(data, start);
  return bytes;
}

/** Deflate makes at most 1,032 bytes out of one; a directory that claims more is refused before memory is taken. */
function unzip(bytes: Uint8Array, file: string): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        if (originalSize > size * 1032 + 64) throw damaged(file, `${originalSize} bytes out of ${size} in '${name}'`);
        return name.endsWith('.npy');
      },
    });
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    throw damaged(file, `an archive that cannot be opened (${error instanceof Error ? error.message : error})`);
  }
}

function damaged(file: string, got: string): BadInputError {
  return new BadInputError(
    `${got} ('${file}')`,
    'an array or archive as numpy saves it',
    'The file is damaged or of another kind: save it again with numpy.save or numpy.savez.',
  );
}
