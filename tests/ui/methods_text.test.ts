import { expect, it } from 'vitest';
import { methodsText } from '../../src/ui/methods_text';

it('names the model, its data, its device and what was kept', () => {
  const text = methodsText({
    kind: 'model',
    preset: 'laptop',
    tasks: [
      { name: 'noise', axial: false },
      { name: 'depth', axial: true },
    ],
    taskFree: true,
    parameters: 1_960_000,
    normalisation: { low: 2, high: 99.8 },
    seed: 7,
    steps: { cinGan: 5000, cGan: 10_000 },
    adapter: 'A card',
    created: '2026-11-22T10:00:00Z',
  });
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
