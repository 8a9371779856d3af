import { BadInputError } from '../bad_input';
import { type Image, type ImageMeta, makeImage, type PlaneAt, planeOffset, sampleCount } from '../image';
import { decodePage, type Samples } from './decode';
import { damaged, readDirectories, TAG, type TiffFile } from './directory';
import { metaOfDescription, parseDescription, parseExtras, rangeOfDescription, splitRecord, stackOf } from './imagej';
import { parseOme } from './ome';
import { LARGEST_SAMPLE_COUNT, type Page, readPage } from './page';

/**
 * Reads a TIFF of any byte order as one 5-D image: ImageJ hyperstacks (also those of one directory whose planes follow
 * each other), OME-TIFF, and plain pages (several are taken for z). Samples are exactly those in the file.
 *
 * Read: unsigned integers of 1–32 bits, signed 8, 16 and 32, floats of 16, 32 and 64; strips and tiles; none, LZW,
 * Deflate and PackBits; predictors 1–3; planar; BigTIFF. Everything else throws BadInputError, as does a damaged file.
 *
 * @param bytes the whole file
 * @param file its name, for errors
 */
export function readTiff(bytes: Uint8Array, file: string): Image {
  const { tiff, pages } = openTiff(bytes, file);
  const series = seriesOf(tiff, pages, file);
  const [first] = series.pages;
  const size = { ...series.size, y: first.height, x: first.width };
  if (sampleCount(size) > LARGEST_SAMPLE_COUNT) {
    throw new BadInputError(
      `${sampleCount(size)} samples in '${file}'`,
      'at most 2^30',
      'Save the channels, frames or slices you need as a file of their own.',
    );
  }
  // The first page is decoded before memory is taken for all, so that what cannot be decoded costs none.
  const firstSamples = decodePage(tiff, first, file);
  const image = makeImage(size, first.sampleType, undefined, series.meta);
  for (const [i, page] of series.pages.entries()) {
    copyPage(i === 0 ? firstSamples : decodePage(tiff, page, file), page, image, series.places[i]);
  }
  return image;
}

/** Directories and checked pages, reduced-size copies and masks left out. */
export function openTiff(bytes: Uint8Array, file: string): { tiff: TiffFile; pages: Page[] } {
  const tiff = readDirectories(bytes, file);
  // Bit 0 of NewSubfileType marks a smaller copy of another page, bit 2 a transparency mask.
  const whole = tiff.directories.filter(
    (directory, i) => i === 0 || ((directory.number(TAG.newSubfileType) ?? 0) & 5) === 0,
  );
  let stored = 0;
  const pages = whole.map((directory) => {
    const page = readPage(tiff, directory, file);
    stored = page.segments.reduce((sum, segment) => sum + segment.byteCount, stored);
    // Sound files hold each byte once; a small file whose pages all share their data would read as a huge stack.
    if (stored > 2 * tiff.bytes.length) throw damaged(file, 'pages that share their data');
    return page;
  });
  return { tiff, pages };
}

interface Series {
  pages: Page[];
  /** Where each page stands; c counts pages, not their samples. */
  places: PlaneAt[];
  size: { t: number; z: number; c: number };
  meta: Partial<ImageMeta>;
}

function seriesOf(tiff: TiffFile, pages: Page[], file: string): Series {
  const [first] = pages;
  const description = first.directory.text(TAG.imageDescription);
  const imagej = parseDescription(description);
  const series = imagej
    ? imagejSeries(tiff, pages, imagej, file)
    : (omeSeries(pages, description, file) ?? plainSeries(pages));
  for (const page of series.pages) {
    const same = page.width === first.width && page.height === first.height && page.sampleType === first.sampleType;
    if (same && page.samplesPerPixel === first.samplesPerPixel) continue;
    throw new BadInputError(
      `pages of ${first.width}×${first.height} ${first.sampleType} and ${page.width}×${page.height} ${page.sampleType} in '${file}'`,
      'pages of one size and type',
      'Save the images as files of their own.',
    );
  }
  const colours = series.size.c === first.samplesPerPixel && first.photometric === 2;
  return {
    ...series,
    meta: {
      ...series.meta,
      description,
      rgb: (colours && first.samplesPerPixel === 3) || undefined,
      minIsWhite: first.photometric === 0 || undefined,
    },
  };
}

function imagejSeries(tiff: TiffFile, pages: Page[], lines: Map<string, string>, file: string): Series {
  const [first] = pages;
  const stack = stackOf(lines);
  const all = pages.length === 1 && stack.images > 1 ? followingPlanes(tiff, first, stack.images, file) : pages;
  const order = stack.images === all.length ? stack : { t: 1, z: all.length, c: 1 };
  const { spacing, ...meta } = metaOfDescription(lines);
  const counts = first.directory.numbers(TAG.imagejMetadataByteCounts);
  const bytes = first.directory.bytes(TAG.imagejMetadata);
  const extras = counts && bytes ? parseExtras(counts, bytes, tiff.littleEndian) : {};
  const range = rangeOfDescription(lines);
  const lut = colorMap(first);
  const resolution = resolutionOf(first);
  return {
    pages: all,
    places: all.map((_, i) => ({
      c: i % order.c,
      z: Math.floor(i / order.c) % order.z,
      t: Math.floor(i / (order.c * order.z)),
    })),
    size: { t: order.t, z: order.z, c: order.c * first.samplesPerPixel },
    meta: {
      ...meta,
      pixelSize: { ...resolution.pixelSize, z: spacing },
      unit: meta.unit || resolution.unit,
      labels: extras.labels,
      luts: extras.luts ?? (lut && [lut]),
      displayRanges: extras.displayRanges ?? (range && order.c === 1 ? [range] : undefined),
      ...splitRecord(extras.info),
    },
  };
}

/**
 * ImageJ writes stacks beyond 4 GB with one directory: the planes follow each other, uncompressed, from the first
 * strip's offset on.
 */
function followingPlanes(tiff: TiffFile, page: Page, images: number, file: string): Page[] {
  const planeBytes = page.segments.reduce((sum, segment) => sum + segment.byteCount, 0);
  const start = page.segments[0].offset;
  if (page.compression !== 'none' || page.tiled || start + planeBytes * images > tiff.bytes.length) {
    throw damaged(file, `1 plane where ImageJ's description announces ${images}`);
  }
  return Array.from({ length: images }, (_, i) => ({
    ...page,
    segments: page.segments.map(({ offset, byteCount }) => ({ offset: offset + i * planeBytes, byteCount })),
  }));
}

function omeSeries(pages: Page[], description: string | undefined, file: string): Series | undefined {
  const ome = parseOme(description, pages.length, pages[0].samplesPerPixel, file);
  if (ome === undefined) return undefined;
  const placed = [...ome.places].sort(([a], [b]) => a - b);
  return {
    pages: placed.map(([page]) => pages[page]),
    places: placed.map(([, at]) => at),
    size: ome.size,
    meta: ome.meta,
  };
}

function plainSeries(pages: Page[]): Series {
  const [first] = pages;
  const lut = colorMap(first);
  return {
    pages,
    places: pages.map((_, z) => ({ z })),
    size: { t: 1, z: pages.length, c: first.samplesPerPixel },
    meta: { source: 'tiff', ...resolutionOf(first), luts: lut && [lut] },
  };
}

/** Size of a pixel and its unit, out of the resolution tags (pixels per unit). */
function resolutionOf({ directory }: Page): Pick<ImageMeta, 'pixelSize' | 'unit'> {
  const size = (tag: number) => {
    const [pixels, units] = directory.fraction(tag) ?? [0, 0];
    return pixels > 0 && units > 0 ? units / pixels : undefined;
  };
  const code = directory.number(TAG.resolutionUnit) ?? 2;
  const unit = code === 2 ? 'inch' : code === 3 ? 'cm' : '';
  const pixelSize = { x: size(TAG.xResolution), y: size(TAG.yResolution) };
  return { pixelSize, unit: pixelSize.x === undefined ? '' : unit };
}

/** The colour map of an 8-bit page as a look-up table of 768 bytes. */
function colorMap(page: Page): Uint8Array | undefined {
  const map = page.photometric === 3 ? page.directory.numbers(TAG.colorMap) : undefined;
  return map?.length === 768 ? Uint8Array.from(map, (value) => value >> 8) : undefined;
}

/** Copies a page's samples into the image: channel s of the page at place c is channel c · samples + s. */
function copyPage(samples: Samples, page: Page, image: Image, at: PlaneAt): void {
  const { samplesPerPixel } = page;
  const plane = page.width * page.height;
  for (let s = 0; s < samplesPerPixel; s++) {
    const offset = planeOffset(image, { ...at, c: (at.c ?? 0) * samplesPerPixel + s });
    if (samplesPerPixel === 1) {
      image.data.set(samples, offset);
    } else {
      for (let i = 0; i < plane; i++) image.data[offset + i] = samples[i * samplesPerPixel + s];
    }
  }
}
