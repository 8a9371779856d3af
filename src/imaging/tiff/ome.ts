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

/** The attributes of the first <Pixels>, its <TiffData> and <Channel> elements; undefined where there is no OME-XML. */
export function parseOme(
  description: string | undefined,
  pages: number,
  samples: number,
  file: string,
): OmeImage | undefined {
  if (description === undefined || !/<OME[\s>]/.test(description)) return undefined;
  // A companion file holds the metadata; this file's pages are all that can be known here.
  const pixels = /<Pixels\b([^>]*)>([\s\S]*?)<\/Pixels>/.exec(description);
  if (pixels === null) return undefined;
  const attributes = attributesOf(pixels[1]);
  const order = attributes.get('DimensionOrder') ?? 'XYZCT';
  const size = {
    t: whole(attributes.get('SizeT')),
    z: whole(attributes.get('SizeZ')),
    c: whole(attributes.get('SizeC')),
  };
  const channelPages = Math.max(1, Math.ceil(size.c / samples));
  const axes = [...order.slice(2).toLowerCase()] as ('t' | 'z' | 'c')[];
  if (order.slice(0, 2) !== 'XY' || [...axes].sort().join('') !== 'ctz') {
    throw refuse(file, `dimension order '${order}'`);
  }
  const ome: Order = { axes, counts: { t: size.t, z: size.z, c: channelPages }, samples };
  const places = new Map<number, Required<PlaneAt>>();
  for (const block of tiffDataOf(description, pixels[2], pages, ome)) {
    let index = block.first;
    for (let i = 0; i < block.count && block.ifd + i < pages; i++) {
      places.set(block.ifd + i, placeOf(index++, ome));
    }
  }
  const box = boundingBox(places, file);
  return {
    size: { t: box.size.t, z: box.size.z, c: box.size.c * samples },
    places: new Map([...places].map(([page, at]) => [page, { t: at.t - box.t, z: at.z - box.z, c: at.c - box.c }])),
    meta: metaOf(attributes, pixels[2], size.c),
  };
}

interface Order {
  axes: ('t' | 'z' | 'c')[];
  counts: { t: number; z: number; c: number };
  samples: number;
}

/** The <TiffData> blocks that lie in this file: first page, number of pages, and the index of its first plane. */
function tiffDataOf(description: string, inner: string, pages: number, order: Order) {
  const own = /<OME\b[^>]*\bUUID="([^"]*)"/.exec(description)?.[1];
  const elements = [...inner.matchAll(/<TiffData\b([^>]*?)(?:\/>|>([\s\S]*?)<\/TiffData>)/g)];
  if (elements.length === 0) return [{ ifd: 0, count: pages, first: 0 }];
  return elements.flatMap(([, raw, body = '']) => {
    const uuid = /<UUID\b[^>]*>([^<]*)<\/UUID>/.exec(body)?.[1]?.trim();
    if (uuid !== undefined && own !== undefined && uuid !== own) return [];
    const data = attributesOf(raw);
    const number = (name: string) => natural(data.get(name)) ?? 0;
    const at = { t: number('FirstT'), z: number('FirstZ'), c: Math.floor(number('FirstC') / order.samples) };
    const ifd = natural(data.get('IFD'));
    const count = natural(data.get('PlaneCount')) ?? (ifd === undefined ? pages : 1);
    return [{ ifd: ifd ?? 0, count, first: indexOf(at, order) }];
  });
}

/** Page sizes, unit and names that do not depend on which planes are here. */
function metaOf(attributes: Map<string, string>, inner: string, channels: number): Partial<ImageMeta> {
  const length = (axis: string) => positive(attributes.get(`PhysicalSize${axis}`));
  const names = [...inner.matchAll(/<Channel\b([^>]*)>/g)].map(([, raw]) => attributesOf(raw).get('Name') ?? '');
  const x = length('X');
  return {
    source: 'ome',
    pixelSize: { x, y: length('Y'), z: length('Z') },
    unit: x === undefined ? '' : (attributes.get('PhysicalSizeXUnit') ?? 'µm'),
    frameInterval: positive(attributes.get('TimeIncrement')),
    channelNames: names.length === channels && names.every((name) => name !== '') ? names : undefined,
  };
}

/** The smallest box around the places. Throws where they do not fill it: the rest is in other files. */
function boundingBox(places: Map<number, Required<PlaneAt>>, file: string) {
  const all = [...places.values()];
  const low = (axis: 't' | 'z' | 'c') => all.reduce((least, at) => Math.min(least, at[axis]), Number.POSITIVE_INFINITY);
  const high = (axis: 't' | 'z' | 'c') => all.reduce((most, at) => Math.max(most, at[axis]), 0);
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

function whole(text: string | undefined): number {
  return Math.max(1, natural(text) ?? 1);
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
