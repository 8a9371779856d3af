/* How much memory the steps of the presets take, against the most that lives at one time. Planned, not run. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classifierPhi } from '../../src/models/classifier';
import { ARCHITECTURES } from '../../src/models/presets';
import { readSafetensors } from '../../src/models/safetensors';
import type { Engine } from '../../src/runtime';
import { lower, type ProgramSpec } from '../../src/runtime/compile';
import { CGAN_DEFAULTS, compileCGan, makeCGan } from '../../src/training/cgan';
import { CIN_GAN_DEFAULTS, compileCinGan, makeCinGan } from '../../src/training/cin_gan';
import { networkOf } from '../../src/training/config';
import { compileMend, detailConfig, MEND_DEFAULTS } from '../../src/training/mend';
import { DEVICES, MEMORY } from './devices';

const phi = classifierPhi(readSafetensors(new Uint8Array(readFileSync('models/phi.safetensors'))));
const PRESETS = ['tiny', 'grid', 'laptop'] as const;

/** Peak over bound of each program that training with a preset compiles. */
async function ratios(device: keyof typeof DEVICES, preset: (typeof PRESETS)[number]): Promise<[string, number][]> {
  const found: [string, number][] = [];
  const planner = {
    compile: async (_: unknown, spec: ProgramSpec) => {
      const { peakBytes, boundBytes } = lower(spec, DEVICES[device], MEMORY).memory;
      found.push([spec.label, peakBytes / boundBytes]);
    },
  } as unknown as Engine;
  const shape = ARCHITECTURES[preset];
  const setting = { shape, phi, patch: shape.patch, tasks: 2 };
  const nets = makeCinGan();
  await compileCinGan(planner, nets, { ...setting, config: CIN_GAN_DEFAULTS[preset] });
  await compileCGan(planner, makeCGan(), nets.generator, { ...setting, config: CGAN_DEFAULTS[preset], synthetic: 1 });
  const mend = MEND_DEFAULTS[preset];
  const network = networkOf({ preset, mend });
  const painted = { ...setting, floors: [-1, -1], synthetic: 1 };
  await compileMend(planner, makeCGan(), nets.generator, { ...painted, network, config: mend });
  const detail = { ...painted, shape: { ...shape, restorer: network }, config: detailConfig(preset, mend) };
  await compileCGan(planner, makeCGan(), nets.generator, detail);
  return found;
}

describe.each(Object.keys(DEVICES))('memory of the steps of a preset, %s', (device) => {
  it.each(PRESETS)('%s: at most a fifth more than lives at one time', async (preset) => {
    const found = await ratios(device, preset);
    expect(found.length).toBe(7); // CIN-GAN's two, the published cGAN's two, mend's and its detail's two
    for (const [label, ratio] of found) {
      expect(ratio, label).toBeGreaterThanOrEqual(1);
      expect(ratio, label).toBeLessThanOrEqual(1.2);
    }
  });
});
