import { describe, expect, it } from 'vitest';
import { BadInputError } from '../../src/imaging/bad_input';
import { makeImage } from '../../src/imaging/image';
import { axialTask, suggestedChoice } from '../../src/ui/axial_task';
import { pairRows } from '../../src/ui/task_draft';

const ramp = Float32Array.from({ length: 3 * 20 * 20 }, (_, i) => i % 97);
const stack = makeImage({ z: 3, y: 20, x: 20 }, 'uint16', ramp, {
  pixelSize: { x: 0.1, y: 0.1, z: 0.4 },
  unit: 'micron',
});
const choice = { factor: 4, lateral: 0, axial: 0, peakPhotons: 0, turned: false };

describe('axial pairs from a stack', () => {
  it('takes the factor from the file, or leaves it open', () => {
    expect(suggestedChoice(stack)).toMatchObject({ factor: 4, axial: 3 });
    expect(suggestedChoice(makeImage({ z: 3, y: 20, x: 20 }, 'uint16')).factor).toBe(0);
  });

  it('makes one pair a slice, two when turned, all matched', () => {
    const task = axialTask([{ name: 'a.tif', image: stack }], choice);
    expect([task.axial, task.kind, task.clean.length]).toEqual([true, 'paired', 3]);
    expect(pairRows(task).every(({ status }) => status === 'matched')).toBe(true);
    expect([...task.clean[1].image.data]).toEqual([...ramp.subarray(400, 800)]);
    expect(axialTask([{ name: 'a.tif', image: stack }], { ...choice, turned: true }).clean).toHaveLength(6);
  });

  it('refuses values that make no sense', () => {
    expect(() => axialTask([{ name: 'a.tif', image: stack }], { ...choice, factor: 1 })).toThrow(BadInputError);
    expect(() => axialTask([{ name: 'a.tif', image: stack }], { ...choice, lateral: 2, axial: 1 })).toThrow(
      BadInputError,
    );
  });
});
