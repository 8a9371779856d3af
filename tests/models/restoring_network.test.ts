import { expect, test } from 'vitest';
import { careReach } from '../../src/models/care';
import { ARCHITECTURES } from '../../src/models/presets';
import { restoringMargin, restoringNetwork, restoringStages, type UNet } from '../../src/models/restoring_network';
import { Graph, ParameterSet } from '../../src/runtime';

const unet: UNet = { kind: 'unet', first: 4, kernel: 5, unit: true, exit: 'filter' };
const parametersOf = (network: Parameters<typeof restoringNetwork>[2]): string[] => {
  const set = new ParameterSet('network');
  const graph = new Graph();
  const y = restoringNetwork(set.scope(graph), graph.input('x', [2, 8, 12, 1]), network);
  expect(y.shape).toEqual([2, 8, 12, 1]);
  return set.entries.map(({ name, shape }) => `${name} ${shape.join('×')}`);
};

test('the U-Net ends in a filter over its features and the image, else as CARE does', () => {
  expect(parametersOf(unet)).toContain('exit.weight 7×7×5×1');
  expect(parametersOf({ ...unet, exit: undefined })).toContain('exit.weight 1×1×4×1');
  expect(parametersOf({ ...unet, unit: undefined })).toEqual(parametersOf(unet));
  expect(parametersOf(ARCHITECTURES.tiny.restorer)).toContain('exit.weight 7×7×9×1');
});

test('a filter reaches three pixels further, in whole steps of the network', () => {
  const [stage] = restoringStages(unet);
  expect(careReach(unet) + 3).toBe(46);
  expect(stage.output.reach).toBe(48);
  expect(restoringStages({ ...unet, exit: undefined })[0].output.reach).toBe(44);
  expect([restoringMargin(unet), restoringMargin(ARCHITECTURES.tiny.restorer)]).toEqual([40, 0]);
});
