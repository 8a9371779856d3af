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
const [pairs, unpaired] = [[{ kind: 'paired' as const }], [{ kind: 'paired' as const }, { kind: 'unpaired' as const }]];
const given = { preset: 'laptop' as const, seed: 1 };
const stepsOf = (...args: Parameters<typeof plannedPhases>) =>
  plannedPhases(...args).map(({ name, steps }) => `${name} ${steps}`);

it('mend paints defects only where something is unpaired, added or asked for', () => {
  expect(stepsOf(given, preset, pairs)).toEqual(['mend 400', 'cgan 100']);
  expect(stepsOf(given, preset, unpaired)).toEqual(['cin-gan 100', 'mend 400', 'cgan 100']);
  expect(stepsOf({ ...given, addTasks: true }, preset, pairs)[0]).toBe('cin-gan 100');
  expect(stepsOf({ ...given, cinGan: { steps: 7 } }, preset, pairs)[0]).toBe('cin-gan 7');
});

it('detail takes the preset’s share of the steps where it is not set, and none where it is 0', () => {
  expect(stepsOf({ ...given, mend: { steps: 10 } }, preset, pairs)).toEqual(['mend 10', 'cgan 3']);
  expect(stepsOf({ ...given, cGan: { steps: 0 } }, preset, pairs)).toEqual(['mend 400']);
});

it('the published recipe has the paper’s two phases', () => {
  expect(stepsOf({ ...given, recipe: 'published' }, preset, pairs)).toEqual(['cin-gan 100', 'cgan 300']);
  expect(stepsOf(given, { ...preset, recipe: 'published' }, pairs)).toEqual(['cin-gan 100', 'cgan 300']);
});

it('before the presets are known, phases have no steps yet', () => {
  expect(stepsOf(given, undefined, unpaired)).toEqual(['cin-gan undefined', 'mend undefined', 'cgan undefined']);
});

it('a model’s steps are those of every phase it has', () => {
  expect(stepsText({ cinGan: 5, cGan: 3 })).toBe('5 + 3');
  expect(stepsText({ cinGan: 0, mend: 8, cGan: 2 })).toBe('0 + 8 + 2');
});
