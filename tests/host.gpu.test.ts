import { expect, test } from 'vitest';
import { testGpu } from './gpu_setup';
import { doubledOnGpu, doublingShader } from './host_probe';

test('Dawn in Node finds an adapter that doubles numbers', async () => {
  expect(await doubledOnGpu(testGpu(), doublingShader, [1, 2, -3.5])).toEqual([2, 4, -7]);
});
