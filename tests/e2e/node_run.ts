import { readFile } from 'node:fs/promises';
import type { Image } from '../../src/imaging/image';
import { classifierPhi } from '../../src/models/classifier';
import { readSafetensors } from '../../src/models/safetensors';
import { Engine } from '../../src/runtime';
import { Control } from '../../src/training/control';
import type { TrainConfig, TrainingData } from '../../src/training/messages';
import { readModelFile } from '../../src/training/model_file';
import { OWN_PHI } from '../../src/training/own_phi';
import { restoreImage } from '../../src/training/restore';
import { train } from '../../src/training/session';
import { testGpu } from '../gpu_setup';
import type { ShownLosses } from './app_page';

/** The same engine and the same training session as in the page, in Node through Dawn. */
export class NodeRun {
  private constructor(private readonly engine: Engine) {}

  static async start(): Promise<NodeRun> {
    return new NodeRun(await Engine.create({ gpu: testGpu() }));
  }

  get adapter(): string {
    return this.engine.adapter.name;
  }

  async train(config: TrainConfig, data: TrainingData): Promise<{ model: Uint8Array; losses: ShownLosses }> {
    const phi = classifierPhi(readSafetensors(new Uint8Array(await readFile(OWN_PHI))));
    const losses: ShownLosses = {
      'cin-gan': { steps: [], terms: {} },
      mend: { steps: [], terms: {} },
      cgan: { steps: [], terms: {} },
    };
    for await (const event of train(this.engine, { config, data, phi }, new Control())) {
      if (event.kind === 'done') return { model: new Uint8Array(event.model), losses };
      if (event.kind !== 'progress' || event.phase === 'compiling') continue;
      const { steps, terms } = losses[event.phase];
      steps.push(event.step);
      for (const [term, value] of Object.entries(event.losses)) {
        terms[term] ??= [];
        terms[term].push(value);
      }
    }
    throw new Error('the run ended without a model');
  }

  restore(model: Uint8Array, image: Image): Promise<Image> {
    return restoreImage(this.engine, readModelFile(model), image);
  }

  stop(): void {
    this.engine.destroy();
  }
}
