/** `mendscope train-classifier`: makes models/phi.safetensors, the φ that ships. */
import { CLASSIFIER_DEFAULTS, trainClassifier as trainRun } from '../training/classifier';
import { type Command, count, text } from './command';
import { writeBytes } from './files';
import { startEngine } from './gpu';

const USAGE = `Usage: mendscope train-classifier --out FILE.safetensors [--steps N] [--batch N] [--seed S] [--json]

Trains the classifier behind the content and style terms on labelled phantoms (structure × defect) and says what share
of held-out phantoms it gets right.

JSON: {adapter, software, file, steps, loss, accuracy}
`;

export const trainClassifier: Command = {
  summary: 'train the feature classifier that ships with the program',
  usage: USAGE,
  options: { out: { type: 'string' }, steps: { type: 'string' }, batch: { type: 'string' }, seed: { type: 'string' } },
  async run(line, context) {
    const out = text(line, 'out');
    const config = {
      ...CLASSIFIER_DEFAULTS,
      steps: count(line, 'steps', 1) ?? CLASSIFIER_DEFAULTS.steps,
      batch: count(line, 'batch', 1) ?? CLASSIFIER_DEFAULTS.batch,
      seed: count(line, 'seed', 0) ?? CLASSIFIER_DEFAULTS.seed,
    };
    const engine = await startEngine(context);
    for await (const { step, loss, accuracy, file } of trainRun(engine, config)) {
      context.say(`step ${step}/${config.steps}  loss ${loss.toPrecision(4)}`);
      if (!file) continue;
      await writeBytes(out, file);
      const { name, software } = engine.adapter;
      const json = { adapter: name, software, file: out, steps: config.steps, loss, accuracy };
      return { json, text: `wrote ${out}: ${(100 * (accuracy ?? 0)).toFixed(1)} % of held-out phantoms right` };
    }
    throw new Error('the run ended without weights');
  },
};
