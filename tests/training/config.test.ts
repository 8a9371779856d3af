import { expect, it } from 'vitest';
import { runConfig } from '../../src/training/config';
import { DETAIL_CONTENT } from '../../src/training/mend';
import type { TrainConfig } from '../../src/training/messages';
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

it('lists what a run takes where nothing is set but that a CIN-GAN paints', () => {
  for (const { name, detail, detailContent, mend } of presetInfos()) {
    if (name === 'paper') continue; // whose recipe is the published one
    const run = runConfig({ preset: name, seed: 0, cinGan: { steps: 1 } });
    expect(run.mend).toMatchObject({ steps: mend.steps, syntheticShare: mend.syntheticShare });
    expect(run.cGan).toEqual(detail);
    expect(run.cGan.lambdaContent).toBe(detailContent.mendscope);
  }
});

it('has mend learn from pairs alone where no CIN-GAN is trained, unless a share is asked for', () => {
  const shares = (config: Partial<TrainConfig>) => {
    const run = runConfig({ preset: 'grid', seed: 0, ...config });
    return [run.mend?.syntheticShare, run.cGan.syntheticShare];
  };
  expect(shares({})).toEqual([0, 0]);
  expect(shares({ mend: { syntheticShare: 0.3 } })).toEqual([0.3, 0]);
  expect(shares({ addTasks: true })).toEqual([0.5, 0.5]);
  expect(shares({ cinGan: { steps: 5 } })).toEqual([0.25, 0.25]);
  expect(shares({ recipe: 'published', cinGan: { steps: 0 } })).toEqual([undefined, 0.25]);
});
