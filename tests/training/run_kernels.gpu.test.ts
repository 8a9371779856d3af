/* The kernels that a run computes with are settled at its start and go with its checkpoints. */
import { beforeAll, expect, test, vi } from 'vitest';
import { Engine, type KernelChoices } from '../../src/runtime';
import { ChoiceTable, candidatesOf } from '../../src/runtime/choices';
import { choicesIn } from '../../src/runtime/measure';
import type { TrainConfig } from '../../src/training/messages';
import { readModelFile, writeModelFile } from '../../src/training/model_file';
import { testGpu } from '../gpu_setup';
import { BUSY_MACHINE, CONFIG, checkpointIn, type Followed, follow, lossesAfter, phantoms } from './followed_run';

const SHORT: TrainConfig = {
  ...CONFIG,
  cinGan: { ...CONFIG.cinGan, steps: 2, criticSteps: 1 },
  cGan: { steps: 3, batch: 2 },
  kernels: 'measured',
};

let plain: Engine;
let byRule: Followed;
/** Every op by the candidate that the rule likes least. */
let others: KernelChoices;
let whole: Followed;

const run = (engine: Engine, config: TrainConfig, resume?: Uint8Array) =>
  follow(engine, config, phantoms('paired'), { resume }, (event, control) => {
    if (event.kind === 'progress' && ['cin-gan 1', 'cgan 1'].includes(`${event.phase} ${event.step}`))
      control.requestCheckpoint();
  });
const weights = ({ done }: Followed) => readModelFile(new Uint8Array(done.model)).sets;
const notices = ({ events }: Followed) => events.flatMap((event) => (event.kind === 'notice' ? [event.text] : []));

beforeAll(async () => {
  plain = await Engine.create({ gpu: testGpu() });
  const settle = vi.spyOn(plain, 'settle');
  byRule = await run(plain, { ...SHORT, kernels: 'rule' });
  const table = new ChoiceTable(plain.adapter);
  for (const node of settle.mock.calls[0][0].flatMap((spec) => choicesIn(spec, plain.traits)))
    table.remember(node, candidatesOf(node, plain.traits).slice(-1)[0]);
  others = table.toJSON();
  whole = await run(await Engine.create({ gpu: testGpu(), choices: others }), SHORT);
}, BUSY_MACHINE);

test('a run computes with the kernels that its engine remembers, and its checkpoints name every one', () => {
  expect(Object.keys(others.chosen).length).toBeGreaterThan(10);
  for (const phase of ['cin-gan', 'cgan'])
    expect(readModelFile(checkpointIn(whole, phase).bytes).record.kernels).toEqual(others);
  expect(whole.losses.length).toBe(byRule.losses.length);
  expect(whole.losses).not.toEqual(byRule.losses);
  expect(readModelFile(new Uint8Array(whole.done.model)).record.kernels).toBeUndefined();
});

test.each(['cin-gan', 'cgan'])(
  'cut off in its %s phase, it goes on with the same bits on an engine that would choose otherwise',
  async (phase) => {
    const resumed = await run(plain, { ...SHORT, kernels: 'rule' }, checkpointIn(whole, phase).bytes);
    expect(resumed.losses).toEqual(lossesAfter(whole, `${phase} 1`));
    expect(weights(resumed)).toEqual(weights(whole));
    expect(notices(resumed)).toEqual([]);
  },
  BUSY_MACHINE,
);

test(
  'told to go by rule, a run leaves what its engine remembers aside',
  async () => {
    const engine = await Engine.create({ gpu: testGpu(), choices: others });
    const ruled = await run(engine, { ...SHORT, kernels: 'rule' });
    expect(ruled.losses).toEqual(byRule.losses);
    const { record } = readModelFile(checkpointIn(ruled, 'cgan').bytes);
    expect(Object.keys(record.kernels?.chosen ?? {})).toEqual(Object.keys(others.chosen));
    expect(record.kernels).not.toEqual(others);
  },
  BUSY_MACHINE,
);

test(
  'a software adapter goes by rule unless it is told to measure',
  async () => {
    const engine = await Engine.create({ gpu: testGpu() });
    const settle = vi.spyOn(engine, 'settle');
    Object.assign(engine.adapter, { software: true });
    await run(engine, { ...SHORT, kernels: undefined, cinGan: { steps: 0 }, cGan: { steps: 1, batch: 2 } });
    expect(settle.mock.calls[0][1]).toBeUndefined();
    Object.assign(engine.adapter, { software: false });
    await run(engine, { ...SHORT, kernels: undefined, cinGan: { steps: 0 }, cGan: { steps: 1, batch: 2 } });
    expect(settle.mock.calls[1][1]).toBeGreaterThan(0);
    expect(Object.keys(engine.choices.chosen).length).toBeGreaterThan(0);
  },
  BUSY_MACHINE,
);

test.each([
  ['of another adapter', { adapter: 'Some GPU | maker | kind' }, 'kernels chosen on Some GPU'],
  ['of other kernels', { kernels: '00000000' }, 'kernels chosen by another version of this program'],
  ['that is damaged', { chosen: { conv2d: 7 } }, 'a table of kernels that cannot be read'],
])(
  'a table %s is left aside with a word about it, and nothing else is lost',
  async (_, change, why) => {
    const { record, sets } = readModelFile(checkpointIn(byRule, 'cgan').bytes);
    const kernels = { ...record.kernels, ...change } as KernelChoices;
    const resumed = await run(plain, SHORT, writeModelFile({ record: { ...record, kernels }, sets }));
    expect(notices(resumed)).toEqual([expect.stringContaining(`got ${why} in the checkpoint, wanted`)]);
    expect(resumed.losses.map((line) => line.split(' {')[0])).toEqual(['cgan 2', 'cgan 3']);
    expect(resumed.done.info.steps).toEqual({ cinGan: 2, cGan: 3 });
  },
  BUSY_MACHINE,
);
