/* What the compiler makes of a U-Net's training step, by kind of device. Planned, not run: the op tests tell what is right. */
import { describe, expect, it } from 'vitest';
import { careNetwork } from '../../src/models/care';
import { adam, Graph, l1, ParameterSet } from '../../src/runtime';
import { lower } from '../../src/runtime/compile';
import { Pipelines } from '../../src/runtime/pipelines';
import { updateDispatches } from '../../src/runtime/update_kernels';
import { DEVICES, MEMORY } from './devices';

describe.each(Object.entries(DEVICES))('a training step of the U-Net, %s', (_, device) => {
  const graph = new Graph();
  const set = new ParameterSet('net');
  const [x, y] = [graph.input('x', [4, 128, 128, 1]), graph.input('y', [4, 128, 128, 1])];
  const loss = l1(careNetwork(set.scope(graph), x, { first: 32, kernel: 5 }).image, y);
  const update = adam(set, loss, { learningRate: 1e-4 });
  const { units } = lower({ label: 'step', outputs: { loss }, updates: [update] }, device, MEMORY);
  const dispatches = [
    ...units.flatMap((unit) => unit.dispatches),
    ...updateDispatches(update, 1).map((u) => u.dispatch),
  ];

  it('takes at most 60 dispatches and 40 pipelines', () => {
    expect(dispatches.length).toBeLessThanOrEqual(60);
    expect(new Set(dispatches.map(Pipelines.key)).size).toBeLessThanOrEqual(40);
  });

  it('sums the gradient of a bias beside that of the weights', () => {
    const together = dispatches.filter(
      ({ label, flops }) => /^conv2d_weight_gradient .* \+ sum$/.test(label) && flops > 0,
    );
    expect(together.length).toBe(10); // of eleven layers all but the last, whose one channel is the kernel's row
  });
});
