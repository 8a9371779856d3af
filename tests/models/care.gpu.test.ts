import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readNpy } from '../../src/imaging/npy';
import { CSBDEEP_NAMES, careNetwork } from '../../src/models/care';
import { readSafetensors } from '../../src/models/safetensors';
import { Engine, Graph, ParameterSet } from '../../src/runtime';
import { testGpu } from '../gpu_setup';

const folder = join(process.env.MENDSCOPE_DATA ?? '', 'care');
const present = process.env.MENDSCOPE_DATA !== undefined && existsSync(join(folder, 'care2d.safetensors'));
if (!present) console.warn('care.gpu.test.ts: skipped, $MENDSCOPE_DATA/care is not there');

test.skipIf(!present)('a CARE network trained with CSBDeep gives its recorded output', async () => {
  const file = readSafetensors(readFileSync(join(folder, 'care2d.safetensors')));
  const engine = await Engine.create({ gpu: testGpu() });
  const graph = new Graph();
  const params = new ParameterSet('care');
  const { image } = careNetwork(params.scope(graph), graph.input('image', [1, 128, 128, 1]), { first: 32, kernel: 3 });
  const program = await engine.compile(graph, { label: 'CARE', outputs: { image } });
  params.write(
    engine,
    new Map(
      params.entries.map(({ name }) => {
        const [layer, part] = name.split('.');
        const theirs = `${CSBDEEP_NAMES[layer]}/${part === 'weight' ? 'kernel' : 'bias'}`;
        const values = file.tensors.get(theirs);
        if (!values) throw new Error(`no ${theirs} in the file`);
        return [name, values];
      }),
    ),
  );
  const [input, wanted] = ['care_in_norm.npy', 'care_out_norm.npy'].map(array);
  program.run({ image: input });
  const got = (await program.read()).image;
  const worst = got.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0);
  expect(worst).toBeLessThan(1e-4);
});

function array(name: string): Float32Array {
  return Float32Array.from(readNpy(readFileSync(join(folder, name)), name).data);
}
