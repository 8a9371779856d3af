/* A first visit: no model, no data of one's own, and an image restored all the same. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { getPlane, imageOfPlane } from '../../src/imaging/image';
import { score } from '../../src/imaging/metrics';
import { PHANTOM_TASKS, phantomPair } from '../../src/imaging/phantoms/phantom';
import { readTiff, writeTiff } from '../../src/imaging/tiff';
import { servedSite } from './site';

/** No phantom that the model was trained on has so high a seed. */
const HELD_OUT = 9005;
const MARGIN = 1; // dB

const site = servedSite();

test('the starter model restores each kind of defect', async () => {
  const page = await site.open();
  await page.click('nav-restore');
  await page.click('model-starter');
  await page.see('model', { 'data-origin': 'file' });
  for (const task of PHANTOM_TASKS) {
    const { defective, clean } = phantomPair(task, { seed: HELD_OUT });
    const file = join(site.folder, `${task}.tif`);
    await writeFile(file, writeTiff(imageOfPlane(defective, 'float32')));
    await page.choose('restore-input', file);
    await page.click('restore-run');
    await page.see('restoration', { 'data-status': 'done' }, 120);
    const name = new RegExp(`^${task}_restored\\.tif$`);
    const restored = getPlane(readTiff(await page.download('download', name), 'restored.tif'), { t: 0, z: 0, c: 0 });
    const [before, after] = [defective, restored].map((plane) => score(plane, clean, 'care').psnr);
    console.log(`${task}: ${before.toFixed(2)} dB, restored ${after.toFixed(2)} dB`);
    expect(after, task).toBeGreaterThan(before + MARGIN);
    await page.click('restore-clear');
  }
  expect(page.complaints).toEqual([]);
});
