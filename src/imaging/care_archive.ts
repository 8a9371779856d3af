/** CARE's training archives: `.npz` with arrays X (defective) and Y (clean), and a text `axes` such as 'SCYX'. */
import { BadInputError } from './bad_input';
import { type Image, makeImage, sampleCount } from './image';
import { type NpyArray, readNpz, writeNpz } from './npy';

export interface CarePair {
  name: string;
  defective: Image;
  clean: Image;
}

export interface CareArchive {
  axes: string;
  pairs: CarePair[];
}

const AXES = ['t', 'z', 'c', 'y', 'x'] as const;

/**
 * The pairs of an archive, one for each index of the S axis, named by the archive and that index.
 * Where `axes` is missing it is guessed from X's shape: SYX, or SCYX / SYXC by where the channels are few.
 * Throws BadInputError without X and Y, where their shapes or axes disagree, and on damage.
 */
export function readCareArchive(bytes: Uint8Array, file: string): CareArchive {
  const { arrays, texts } = readNpz(bytes, file);
  const x = arrays.get('X');
  const y = arrays.get('Y');
  if (x === undefined || y === undefined) {
    throw new BadInputError(
      `arrays ${[...arrays.keys()].join(', ') || 'none'} in '${file}'`,
      "CARE's X (defective) and Y (clean)",
      "Save with numpy.savez(file, X=..., Y=..., axes='SCYX').",
    );
  }
  const axes = (texts.get('axes') ?? guessAxes(x.shape)).toUpperCase();
  const distinct = new Set(axes).size === axes.length && [...axes].every((axis) => 'STZCYX'.includes(axis));
  if (!distinct || !axes.includes('Y') || !axes.includes('X') || axes.length !== x.shape.length) {
    throw new BadInputError(
      `axes '${axes}' for X of shape (${x.shape.join(', ')}) in '${file}'`,
      'one letter of STZCYX for each axis, Y and X among them',
      "Save the archive with the right axes, for example axes='SCYX'.",
    );
  }
  if (x.shape.join() !== y.shape.join()) {
    throw new BadInputError(
      `X of shape (${x.shape.join(', ')}) and Y of shape (${y.shape.join(', ')}) in '${file}'`,
      'X and Y of one shape',
      'Resample the smaller one before the archive is saved.',
    );
  }
  const clean = imagesOf(y, axes);
  const stem = file.replace(/\.npz$/i, '');
  const digits = String(clean.length - 1).length;
  const pairs = imagesOf(x, axes).map((defective, s) => ({
    name: `${stem}_${String(s).padStart(digits, '0')}`,
    defective,
    clean: clean[s],
  }));
  return { axes, pairs };
}

/** An archive of pairs of one size, float32, axes SCYX (SCZYX for stacks). Throws BadInputError where sizes differ. */
export function writeCareArchive(pairs: CarePair[]): Uint8Array {
  const size = pairs[0]?.defective.size ?? { t: 1, z: 1, c: 1, y: 0, x: 0 };
  const shape = [pairs.length, size.c, ...(size.z > 1 ? [size.z] : []), size.y, size.x];
  const axes = size.z > 1 ? 'SCZYX' : 'SCYX';
  const array = (side: 'defective' | 'clean'): NpyArray => {
    const samples = sampleCount(size);
    const data = new Float32Array(pairs.length * samples);
    for (const [s, pair] of pairs.entries()) {
      const image = pair[side];
      if (AXES.some((axis) => image.size[axis] !== size[axis]) || size.t !== 1) {
        throw new BadInputError(
          `images of different sizes, or with several frames ('${pair.name}')`,
          'images of one size and one frame',
          'Crop the images to one size.',
        );
      }
      data.set(toChannelFirst(image), s * samples);
    }
    return { shape, sampleType: 'float32', data };
  };
  return writeNpz({
    arrays: new Map([
      ['X', array('defective')],
      ['Y', array('clean')],
    ]),
    texts: new Map([['axes', axes]]),
  });
}

/** ZCYX as CZYX. */
function toChannelFirst({ data, size }: Image): Float32Array {
  const plane = size.y * size.x;
  const out = new Float32Array(data.length);
  for (let z = 0; z < size.z; z++) {
    for (let c = 0; c < size.c; c++) {
      const from = (z * size.c + c) * plane;
      out.set(data.subarray(from, from + plane), (c * size.z + z) * plane);
    }
  }
  return out;
}

/** One image for each index of S. */
export function imagesOf({ shape, sampleType, data }: NpyArray, axes: string): Image[] {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
  const along = (axis: string) => {
    const at = axes.indexOf(axis.toUpperCase());
    return at < 0 ? { size: 1, stride: 0 } : { size: shape[at], stride: strides[at] };
  };
  const samples = along('s');
  const [t, z, c, y, x] = AXES.map(along);
  return Array.from({ length: samples.size }, (_, s) => {
    const size = { t: t.size, z: z.size, c: c.size, y: y.size, x: x.size };
    const image = makeImage(size, sampleType, undefined, {
      source: 'npy',
      rgb: axes.endsWith('C') && c.size === 3 ? true : undefined,
    });
    let to = 0;
    for (let ti = 0; ti < t.size; ti++)
      for (let zi = 0; zi < z.size; zi++)
        for (let ci = 0; ci < c.size; ci++)
          for (let yi = 0; yi < y.size; yi++) {
            const from = s * samples.stride + ti * t.stride + zi * z.stride + ci * c.stride + yi * y.stride;
            for (let xi = 0; xi < x.size; xi++) image.data[to++] = data[from + xi * x.stride];
          }
    return image;
  });
}

function guessAxes(shape: number[]): string {
  if (shape.length === 3) return 'SYX';
  if (shape.length === 4) return shape[3] <= 4 && shape[1] > 4 ? 'SYXC' : 'SCYX';
  return shape.length === 5 ? 'SCZYX' : '';
}
