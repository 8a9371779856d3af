import { expect, it } from 'vitest';
import { runConfig } from '../../src/training/config';
import { DETAIL_CONTENT } from '../../src/training/mend';
import { presetInfos } from '../../src/training/preset_info';

const squeezenet = { kind: 'squeezenet' as const, weights: new ArrayBuffer(0) };

it('weighs the content of mend’s detail by the φ it is measured with', () => {
  expect(runConfig({ preset: 'grid', seed: 0 }).cGan.lambdaContent).toBe(DETAIL_CONTENT.mendscope);
  expect(runConfig({ preset: 'grid', seed: 0, phi: squeezenet }).cGan.lambdaContent).toBe(DETAIL_CONTENT.squeezenet);
  const set = { preset: 'grid' as const, seed: 0, phi: squeezenet, cGan: { lambdaContent: 3 } };
  expect(runConfig(set).cGan.lambdaContent).toBe(3);
  const published = runConfig({ preset: 'grid', seed: 0, recipe: 'published' });
  expect(runConfig({ preset: 'grid', seed: 0, recipe: 'published', phi: squeezenet }).cGan).toEqual(published.cGan);
});

it('lists what a run takes where nothing is set', () => {
  for (const { name, detail, detailContent, mend } of presetInfos()) {
    if (name === 'paper') continue; // whose recipe is the published one
    const run = runConfig({ preset: name, seed: 0 });
    expect(run.mend?.steps).toBe(mend.steps);
    expect(run.cGan).toEqual(detail);
    expect(run.cGan.lambdaContent).toBe(detailContent.mendscope);
  }
});
