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
import { DEVICES, MEMORY } from './devices';

const phi = classifierPhi(readSafetensors(new Uint8Array(readFileSync('models/phi.safetensors'))));
const PRESETS = ['tiny', 'grid', 'laptop'] as const;

/** Peak over bound of each program that training with a preset compiles. */
async function ratios(device: keyof typeof DEVICES, preset: (typeof PRESETS)[number]): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  const planner = {
    compile: async (_: unknown, spec: ProgramSpec) => {
      const { peakBytes, boundBytes } = lower(spec, DEVICES[device], MEMORY).memory;
      found[spec.label] = peakBytes / boundBytes;
    },
  } as unknown as Engine;
  const shape = ARCHITECTURES[preset];
  const setting = { shape, phi, patch: shape.patch, tasks: 2 };
  const nets = makeCinGan();
  await compileCinGan(planner, nets, { ...setting, config: CIN_GAN_DEFAULTS[preset] });
  await compileCGan(planner, makeCGan(), nets.generator, { ...setting, config: CGAN_DEFAULTS[preset], synthetic: 1 });
  return found;
}

describe.each(Object.keys(DEVICES))('memory of the steps of a preset, %s', (device) => {
  it.each(PRESETS)('%s: at most a fifth more than lives at one time', async (preset) => {
    const found = await ratios(device, preset);
    expect(Object.keys(found).length).toBe(4);
    for (const [label, ratio] of Object.entries(found)) {
      expect(ratio, label).toBeGreaterThanOrEqual(1);
      expect(ratio, label).toBeLessThanOrEqual(1.2);
    }
  });
});
