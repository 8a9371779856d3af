import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BadInputError } from '../../src/imaging/bad_input';
import { bytesOfSamples } from '../../src/imaging/quantise';
import { decodePage } from '../../src/imaging/tiff/decode';
import { openTiff, readTiff } from '../../src/imaging/tiff/read';

/** One page as an independent reader (tifffile with libtiff) decoded it; null where that reader could not either. */
interface ExpectedPage {
  shape: number[] | null;
  dtype: string | null;
  sha256: string | null;
}

interface ExpectedFile {
  pages: ExpectedPage[];
  npages: number;
}

const folder = process.env.MENDSCOPE_DATA;
const list = folder === undefined ? undefined : join(folder, 'tiff', 'expected.json');

test('every conformance file is decoded exactly or refused with a reason', (context) => {
  if (folder === undefined || list === undefined || !existsSync(list)) {
    console.warn('Skipped: TIFF conformance needs MENDSCOPE_DATA, the folder with tiff/expected.json.');
    context.skip();
    return;
  }
  const expected = JSON.parse(readFileSync(list, 'utf8')) as Record<string, ExpectedFile>;
  const decoded: string[] = [];
  const refused = new Map<string, string>();
  const wrong: string[] = [];
  for (const [file, { pages, npages }] of Object.entries(expected)) {
    try {
      const bytes = new Uint8Array(readFileSync(join(folder, file)));
      const tiff = openTiff(bytes, file);
      const count = Math.min(3, npages);
      const found = Array.from({ length: count }, (_, i) => {
        // A stack in one directory has one page in the file and many in its description.
        const page = tiff.pages[i];
        const samples = decodePage(tiff.tiff, page, file);
        return createHash('sha256').update(bytesOfSamples(samples, page.sampleType)).digest('hex');
      });
      const good = found.every((hash, i) => hash === pages[i]?.sha256);
      if (good) decoded.push(file);
      else wrong.push(file);
    } catch (error) {
      if (!(error instanceof BadInputError)) throw new Error(`${file}: ${error}`, { cause: error });
      refused.set(file, error.got);
    }
  }
  console.info(`TIFF conformance: ${decoded.length} decoded exactly, ${refused.size} refused, ${wrong.length} wrong.`);
  for (const [file, reason] of refused) console.info(`  refused ${file}: ${reason}`);
  expect(wrong).toEqual([]);
  // readTiff reads as images what is decoded page by page, or says why the pages are no one image.
  for (const file of decoded) {
    try {
      expect(readTiff(new Uint8Array(readFileSync(join(folder, file))), file).data.length).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toBeInstanceOf(BadInputError);
      console.info(`  decoded by pages, refused as one image: ${file}: ${error instanceof BadInputError && error.got}`);
    }
  }
});
