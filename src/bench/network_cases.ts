/** Whole programs that are timed: training steps of the presets and of the comparison networks, and restorations. */
import { CARE_PAPER, careNetwork, careStages } from '../models/care';
import { CLASSIFIER_FIRST, classifierFeatures, classifierPhi } from '../models/classifier';
import type { Phi } from '../models/phi';
import { ARCHITECTURES, type PresetName } from '../models/presets';
import { restorer, restorerStages } from '../models/restorer';
import { adam, Graph, l1, ParameterSet, type Scope, type Tensor } from '../runtime';
import { CGAN_DEFAULTS, makeCGan, traceCGan } from '../training/cgan';
import { CIN_GAN_DEFAULTS, makeCinGan, traceCinGan } from '../training/cin_gan';
import { networkOf } from '../training/config';
import { MEND_DEFAULTS, traceMend } from '../training/mend';
import { syntheticCount } from '../training/restorer_batch';
import type { Case, ProgramCase, RestoreCase, Traced } from './cases';

type Network = (p: Scope, x: Tensor) => Tensor;

const care: Network = (p, x) => careNetwork(p, x, CARE_PAPER).image;
const instanceNormed =
  (preset: PresetName): Network =>
  (p, x) =>
    restorer(p, x, ARCHITECTURES[preset].restorer);

/** One training step of a network on mean |y − target| with Adam: forward, backward, update. */
function supervisedStep(name: string, batch: number, size: number, network: Network): ProgramCase {
  const trace = (): Traced => {
    const graph = new Graph();
    const set = new ParameterSet('network');
    const image = (of: string): Tensor => graph.input(of, [batch, size, size, 1]);
    const loss = l1(network(set.scope(graph), image('x')), image('target'));
    const spec = { label: name, outputs: { loss }, updates: [adam(set, loss, { learningRate: 1e-4 })] };
    return { graph, sets: [set], spec };
  };
  return { name: `train ${name}, ${batch}×${size}²`, kind: 'step', pixels: batch * size * size, trace };
}

/** The same work in growing amounts: a preset's restorer over larger images, its training step over larger batches. */
export const growthCases = (preset: PresetName, sides: readonly number[], batches: readonly number[]): Case[] => [
  ...sides.map((side) => restoration(preset, side)),
  ...batches.map((batch) => supervisedStep(`${preset} restorer alone`, batch, 64, instanceNormed(preset))),
];

/** The steps that do not depend on a preset: CARE's U-Net, and the restorer's network alone. */
export const comparisonSteps = (batch: number, size: number): ProgramCase[] => [
  supervisedStep('CARE U-Net', batch, size, care),
  supervisedStep('IN generator, 6 blocks', batch, size, instanceNormed('laptop')),
];

/** The steps of a preset's training by either recipe, with its own batch, patch and loss terms, for one task. */
export function presetSteps(preset: PresetName): ProgramCase[] {
  const shape = ARCHITECTURES[preset];
  const { patch } = shape;
  const cinGan = CIN_GAN_DEFAULTS[preset];
  const cGan = CGAN_DEFAULTS[preset];
  const mend = MEND_DEFAULTS[preset];
  const step = (name: string, batch: number, trace: () => Traced): ProgramCase => ({
    name: `train ${preset}: ${name}, ${batch}×${patch}²`,
    kind: 'step',
    pixels: batch * patch * patch,
    trace,
  });
  const cinGanStep = (which: 'criticStep' | 'generatorStep') => (): Traced => {
    const nets = makeCinGan();
    const phi = untrainedPhi();
    const traced = traceCinGan(nets, { shape, phi, config: cinGan, patch, tasks: 1 })[which];
    return { ...traced, sets: [nets.generator, nets.critic, phi.params] };
  };
  const cGanStep = (which: 'discriminatorStep' | 'restorerStep') => (): Traced => {
    const { generator } = makeCinGan();
    const nets = makeCGan();
    const phi = untrainedPhi();
    const synthetic = syntheticCount(cGan, true, true);
    const traced = traceCGan(nets, generator, { shape, phi, config: cGan, patch, tasks: 1, synthetic })[which];
    return { ...traced, sets: [generator, nets.restorer, nets.average, nets.discriminator, phi.params] };
  };
  const mendStep = (): Traced => {
    const nets = makeCGan();
    const network = networkOf({ preset, mend });
    const given = { shape, network, config: mend, patch, tasks: 1, synthetic: 0, floors: [-1] };
    const traced = traceMend(nets, makeCinGan().generator, given);
    return { ...traced, sets: [nets.restorer, nets.average] };
  };
  return [
    step('CIN-GAN critic', cinGan.batch, cinGanStep('criticStep')),
    step('CIN-GAN generator', cinGan.batch, cinGanStep('generatorStep')),
    step('cGAN discriminator', cGan.batch, cGanStep('discriminatorStep')),
    step('cGAN restorer', cGan.batch, cGanStep('restorerStep')),
    step('mend', mend.batch, mendStep),
  ];
}

/** φ as it is before training: the time is the same, and no file is needed. */
function untrainedPhi(): Phi {
  const params = new ParameterSet('phi');
  const scratch = new Graph();
  classifierFeatures(params.scope(scratch), scratch.input('image', [1, 16, 16, 1]), CLASSIFIER_FIRST);
  return classifierPhi({ tensors: params.unpack(params.initialValues(1)), metadata: {} });
}

export const careRestoration = (side: number): RestoreCase => ({
  name: `restore CARE U-Net, ${side}²`,
  kind: 'restore',
  network: { planes: 1, stages: () => careStages(CARE_PAPER) },
  side,
  pixels: side * side,
});

export const restoration = (preset: PresetName, side: number): RestoreCase => ({
  name: `restore ${preset} restorer, ${side}²`,
  kind: 'restore',
  network: { planes: 1, stages: () => restorerStages(ARCHITECTURES[preset].restorer) },
  side,
  pixels: side * side,
});
