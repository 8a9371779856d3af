/**
 * What OME-XML in ImageDescription says about the planes of its file. Only the few attributes needed are read, with
 * regular expressions, so that it runs where there is no DOM; anything else in the XML is passed over.
 */
import { BadInputError } from '../bad_input';
import type { ImageMeta, ImageSize, PlaneAt } from '../image';

export interface OmeImage {
  /** Sizes of the part that this file holds; c counts pages' samples too. */
  size: Omit<ImageSize, 'y' | 'x'>;
  /** Where each page stands, by page number. Pages that are not listed belong to another image. */
  places: Map<number, Required<PlaneAt>>;
  meta: Partial<ImageMeta>;
}

/**
 * What the first <Pixels> of an OME-XML description says about this file's pages; undefined where there is no OME-XML,
 * or only a pointer to a companion file (BinaryOnly), so that the pages are all that can be known.
 */
export function parseOme(
  description: string | undefined,
  pages: number,
  samples: number,
  file: string,
): OmeImage | undefined {
  const pixels = description === undefined ? undefined : parsePixels(description);
  if (pixels === undefined) return undefined;
  const { attributes } = pixels;
  const dimensions = attributes.get('DimensionOrder') ?? 'XYZCT';
  const axes = [...dimensions.slice(2).toLowerCase()] as Axis[];
  if (dimensions.slice(0, 2) !== 'XY' || [...axes].sort().join('') !== 'ctz') {
    throw refuse(file, `dimension order '${dimensions}'`);
  }
  const channels = natural(attributes.get('SizeC')) ?? 1;
  const order: Order = {
    axes,
    samples,
    counts: {
      t: Math.max(1, natural(attributes.get('SizeT')) ?? 1),
      z: Math.max(1, natural(attributes.get('SizeZ')) ?? 1),
      c: Math.max(1, Math.ceil(channels / samples)),
    },
  };
  const places = new Map<number, Required<PlaneAt>>();
  for (const { page, count, plane } of blocksOf(pixels, pages, order)) {
    for (let i = 0; i < count && page + i < pages; i++) places.set(page + i, placeOf(plane + i, order));
  }
  const box = boundingBox(places, file);
  return {
    size: { t: box.size.t, z: box.size.z, c: box.size.c * samples },
    places: new Map([...places].map(([page, at]) => [page, { t: at.t - box.t, z: at.z - box.z, c: at.c - box.c }])),
    meta: metaOf(pixels, channels),
  };
}

type Axis = 't' | 'z' | 'c';

interface Order {
  /** Fastest first. */
  axes: Axis[];
  counts: Record<Axis, number>;
  samples: number;
}

interface Pixels {
  /** The file's own UUID. */
  uuid?: string;
  attributes: Map<string, string>;
  tiffData: { attributes: Map<string, string>; uuid?: string }[];
  channels: Map<string, string>[];
}

/** No element that is read here has longer attributes. */
const LONGEST_TAG = 10_000;

/** Goes through the tags once, so a damaged description costs no more than a sound one. */
function parsePixels(description: string): Pixels | undefined {
  let uuid: string | undefined;
  let pixels: Pixels | undefined;
  for (const [, closing, name, raw, text] of description.matchAll(/<(\/?)(?:\w+:)?(\w+)\b([^<>]*)>([^<]*)/g)) {
    if (raw.length > LONGEST_TAG) continue;
    if (closing === '/') {
      if (name === 'Pixels') break;
    } else if (name === 'OME') {
      uuid = attributesOf(raw).get('UUID');
    } else if (name === 'Pixels') {
      pixels = { uuid, attributes: attributesOf(raw), tiffData: [], channels: [] };
    } else if (name === 'TiffData') {
      pixels?.tiffData.push({ attributes: attributesOf(raw) });
    } else if (name === 'Channel') {
      pixels?.channels.push(attributesOf(raw));
    } else if (name === 'UUID') {
      const last = pixels?.tiffData.at(-1);
      if (last !== undefined) last.uuid = text.trim();
    }
  }
  return pixels;
}

/** The blocks of pages that lie in this file: first page, number of pages, and which plane in order the first one is. */
function blocksOf({ uuid, tiffData }: Pixels, pages: number, order: Order) {
  if (tiffData.length === 0) return [{ page: 0, count: pages, plane: 0 }];
  const here = tiffData.filter((data) => data.uuid === undefined || uuid === undefined || data.uuid === uuid);
  return here.map(({ attributes }) => {
    const number = (name: string) => natural(attributes.get(name)) ?? 0;
    const at = { t: number('FirstT'), z: number('FirstZ'), c: Math.floor(number('FirstC') / order.samples) };
    const page = natural(attributes.get('IFD'));
    const count = natural(attributes.get('PlaneCount')) ?? (page === undefined ? pages : 1);
    return { page: page ?? 0, count, plane: indexOf(at, order) };
  });
}

/** Pixel size, unit and names, which do not depend on which planes are here. */
function metaOf({ attributes, channels }: Pixels, channelCount: number): Partial<ImageMeta> {
  const length = (axis: string) => positive(attributes.get(`PhysicalSize${axis}`));
  const names = channels.map((channel) => channel.get('Name') ?? '');
  const x = length('X');
  return {
    source: 'ome',
    pixelSize: { x, y: length('Y'), z: length('Z') },
    unit: x === undefined ? '' : (attributes.get('PhysicalSizeXUnit') ?? 'µm'),
    frameInterval: positive(attributes.get('TimeIncrement')),
    channelNames: names.length === channelCount && names.every((name) => name !== '') ? names : undefined,
  };
}

/** The smallest box around the places. Throws where they do not fill it: the rest is in other files. */
function boundingBox(places: Map<number, Required<PlaneAt>>, file: string) {
  const all = [...places.values()];
  const low = (axis: Axis) => all.reduce((least, at) => Math.min(least, at[axis]), Number.POSITIVE_INFINITY);
  const high = (axis: Axis) => all.reduce((most, at) => Math.max(most, at[axis]), 0);
  const start = { t: low('t'), z: low('z'), c: low('c') };
  const size = { t: high('t') - start.t + 1, z: high('z') - start.z + 1, c: high('c') - start.c + 1 };
  const distinct = new Set(all.map((at) => `${at.t} ${at.z} ${at.c}`)).size;
  if (all.length === 0 || distinct !== all.length || size.t * size.z * size.c !== all.length) {
    throw refuse(file, `${all.length} planes that do not fill T${size.t} Z${size.z} C${size.c}`);
  }
  return { ...start, size };
}

function placeOf(index: number, { axes, counts }: Order): Required<PlaneAt> {
  const at = { t: 0, z: 0, c: 0 };
  let rest = index;
  for (const axis of axes) {
    at[axis] = rest % counts[axis];
    rest = Math.floor(rest / counts[axis]);
  }
  return at;
}

function indexOf(at: Required<PlaneAt>, { axes, counts }: Order): number {
  return axes.reduceRight((index, axis) => index * counts[axis] + at[axis], 0);
}

function attributesOf(text: string): Map<string, string> {
  return new Map([...text.matchAll(/([\w:]+)\s*=\s*"([^"]*)"/g)].map(([, name, value]) => [name, unescapeXml(value)]));
}

const ENTITIES = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

function unescapeXml(text: string): string {
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|\w+);/g, (entity, name: string) => {
    if (!name.startsWith('#')) return ENTITIES.get(name) ?? entity;
    const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
  });
}

function natural(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

function refuse(file: string, got: string): BadInputError {
  return new BadInputError(
    `an OME-TIFF with ${got} in '${file}'`,
    'one image whose planes are all in this file',
    'Export the image as a single OME-TIFF or as an ImageJ TIFF.',
  );
}
