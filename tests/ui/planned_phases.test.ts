import { expect, it } from 'vitest';
import type { PresetInfo } from '../../src/training/messages';
import { plannedPhases, stepsText } from '../../src/ui/planned_phases';

const preset = {
  recipe: 'mend',
  cinGan: { steps: 100 },
  mend: { steps: 400 },
  cGan: { steps: 300 },
  detail: { steps: 100 },
} as PresetInfo;
const given = { preset: 'laptop' as const, seed: 1 };
const stepsOf = (...args: Parameters<typeof plannedPhases>) =>
  plannedPhases(...args).map(({ name, steps }) => `${name} ${steps}`);

it('mend has CIN-GAN paint defects only where tasks are added or it is asked for', () => {
  expect(stepsOf(given, preset)).toEqual(['mend 400', 'cgan 100']);
  expect(stepsOf({ ...given, addTasks: true }, preset)[0]).toBe('cin-gan 100');
  expect(stepsOf({ ...given, cinGan: { steps: 7 } }, preset)[0]).toBe('cin-gan 7');
});

it('detail takes the preset’s share of the steps where it is not set, and none where it is 0', () => {
  expect(stepsOf({ ...given, mend: { steps: 10 } }, preset)).toEqual(['mend 10', 'cgan 3']);
  expect(stepsOf({ ...given, cGan: { steps: 0 } }, preset)).toEqual(['mend 400']);
});

it('the published recipe has the paper’s two phases', () => {
  expect(stepsOf({ ...given, recipe: 'published' }, preset)).toEqual(['cin-gan 100', 'cgan 300']);
  expect(stepsOf(given, { ...preset, recipe: 'published' })).toEqual(['cin-gan 100', 'cgan 300']);
});

it('before the presets are known, phases have no steps yet', () => {
  expect(stepsOf(given, undefined)).toEqual(['mend undefined', 'cgan undefined']);
  expect(stepsOf({ ...given, recipe: 'published' }, undefined)).toEqual(['cin-gan undefined', 'cgan undefined']);
});

it('a model’s steps are those of every phase it has', () => {
  expect(stepsText({ cinGan: 5, cGan: 3 })).toBe('5 + 3');
  expect(stepsText({ cinGan: 0, mend: 3000, cGan: 750 })).toBe('3,000 + 750');
  expect(stepsText({ cinGan: 0, mend: 0, cGan: 0 })).toBe('0');
});
