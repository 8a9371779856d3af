import type { Ancestor, ModelInfo, Steps } from '../training/messages';
import { formatCount } from './format';

/** A paragraph for a paper's methods section, from what the model file says of itself. */
export function methodsText({
  preset,
  parameters,
  tasks,
  steps,
  seed,
  adapter,
  created,
  normalisation,
  madeFrom,
  measured = [],
}: ModelInfo): string {
  const defects = tasks.map(({ name, axial }) => (axial ? `${name} (axial)` : name)).join(', ');
  return [
    `Images were restored with mendscope (preset ${preset}, ${formatCount(parameters).replace(' ', '\u00a0')} weights),`,
    ...(steps.mend === undefined ? published(steps) : mend(steps)),
    `on the following defects: ${defects} (seed ${seed}, ${adapter}, ${created.slice(0, 10)}).`,
    ...(measured.length > 0
      ? [
          `No pairs were at hand of ${measured.join(', ')}: blur, haze, shading, noise and sampling were measured from`,
          'the mean powers and profiles of unrelated defective and clean images, haze also by how it goes with contrast,',
          'and given to the clean ones.',
        ]
      : []),
    ...(madeFrom
      ? [`Training began with the weights of ${madeFrom.map(fileText).join(', which began with those of ')}.`]
      : []),
    `Each image was scaled by its ${normalisation.low} and ${normalisation.high} percentiles before restoration and mapped`,
    'back afterwards; size and sample type were kept. Quantities were measured on the images before restoration.',
  ].join(' ');
}

const published = ({ cinGan, cGan }: Steps): string[] => [
  'a conditional generative adversarial network that follows Razdaibiedina et al. (arXiv:1910.14207, 2019),',
  `trained for ${cinGan} steps of defect synthesis and ${cGan} steps of restoration`,
];

const mend = ({ cinGan, mend, cGan }: Steps): string[] => [
  `a U-Net (after CARE, Weigert et al. 2018) trained for ${mend} steps on absolute and squared errors`,
  ...(cGan > 0 ? [`and for ${cGan} adversarial steps for detail`] : []),
  ...(cinGan > 0
    ? [`with defects synthesised by a CIN-GAN (Razdaibiedina et al., arXiv:1910.14207, 2019; ${cinGan} steps),`]
    : []),
];

const fileText = ({ name, sha256 }: Ancestor): string => `“${name}” (SHA-256 ${sha256})`;
