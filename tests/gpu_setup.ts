import { create, globals } from 'webgpu';
import { restWhileWaiting } from '../src/cli/rest_while_waiting';

Object.assign(globalThis, globals);
restWhileWaiting(globals);

// Dawn aborts the process when the object that create() returns is collected while devices live: keep it referenced.
let gpu: GPU | undefined;

/** Dawn's `navigator.gpu` for tests in Node: one for each test file. */
export function testGpu(): GPU {
  gpu ??= create([]);
  return gpu;
}
