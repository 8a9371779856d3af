import { expect, it } from 'vitest';
import type { ModelInfo } from '../../src/training/messages';
import { methodsText } from '../../src/ui/methods_text';

const model: ModelInfo = {
  kind: 'model',
  preset: 'laptop',
  tasks: [
    { name: 'noise', axial: false },
    { name: 'depth', axial: true },
  ],
  paints: true,
  taskFree: true,
  hasDetail: false,
  parameters: 1_960_000,
  normalisation: { low: 2, high: 99.8 },
  seed: 7,
  steps: { cinGan: 5000, cGan: 10_000 },
  adapter: 'A card',
  created: '2026-11-22T10:00:00Z',
};

it('names the model, its data, its device and what was kept', () => {
  const text = methodsText(model);
  for (const part of [
    'preset laptop',
    '1.96\u00a0M',
    '5000 steps',
    '10000 steps',
    'noise, depth (axial)',
    'seed 7, A card, 2026-11-22',
    '2 and 99.8 percentiles',
  ])
    expect(text).toContain(part);
});

it('describes mend where that made the model, with CIN-GAN only where there was one', () => {
  const text = methodsText({ ...model, steps: { cinGan: 0, mend: 10_000, cGan: 2500 } });
  for (const part of ['U-Net', '10000 steps', '2500 adversarial steps']) expect(text).toContain(part);
  expect(text).not.toContain('CIN-GAN');
  expect(methodsText({ ...model, steps: { cinGan: 5000, mend: 10_000, cGan: 0 } })).toContain('CIN-GAN');
});

it('says of which tasks the pairs were made, and how', () => {
  const text = methodsText({ ...model, measured: ['noise'] });
  expect(text).toContain('No pairs were at hand of noise: blur, haze, shading, noise and sampling were measured');
  expect(methodsText(model)).not.toContain('No pairs');
});

it('names what a model was made from, by the hash of its file', () => {
  const steps = { cinGan: 1, cGan: 1 };
  const madeFrom = [
    { name: 'Noise', sha256: 'a1', steps },
    { name: 'Haze', sha256: 'b2', steps },
  ];
  expect(methodsText({ ...model, madeFrom })).toContain(
    'began with the weights of “Noise” (SHA-256 a1), which began with those of “Haze” (SHA-256 b2).',
  );
  expect(methodsText(model)).not.toContain('began');
});
