/** `mendscope evaluate PREDICTION TRUTH`: how close restored images are to their truth. */
import { BadInputError } from '../imaging/bad_input';
import { pairByName } from '../imaging/dataset';
import { getPlane, type Image, planePlaces, sizeText } from '../imaging/image';
import { METRICS, type Metric, type Score, score } from '../imaging/metrics';
import { type Command, choice, UsageError } from './command';
import { imageFiles, isFolder, readImageFile } from './files';

const USAGE = `Usage: mendscope evaluate PREDICTION TRUTH [--metric raw|paper|care] [--json]

Scores an image, or every image of a folder, against its truth (paired by file name).

  --metric raw      as the samples are; range: that of the truth's sample type, or 1 for floats
  --metric paper    each image min-max scaled by itself to 0..255
  --metric care     truth scaled by its 0.1 and 99.9 percentiles, prediction mapped onto it by an affine fit (default)

JSON: {metric, psnr, ssim, nrmse, n, perImage: [{name, psnr, ssim, nrmse}]}, psnr, ssim and nrmse being means over
images; an infinite PSNR (equal images) is null.
`;

interface ImageScore extends Score {
  name: string;
}

export const evaluate: Command = {
  summary: 'score restored images against their truth (PSNR, SSIM, NRMSE)',
  usage: USAGE,
  options: { metric: { type: 'string' } },
  async run(line) {
    const metric = choice(line, 'metric', METRICS, 'care');
    if (line.positionals.length !== 2)
      throw new UsageError(`got ${line.positionals.length} paths, wanted a prediction and its truth`);
    const [prediction, truth] = line.positionals;
    const perImage: ImageScore[] = [];
    for (const pair of await pairs(prediction, truth)) {
      const scored = scoreImages(await readImageFile(pair.prediction), await readImageFile(pair.truth), metric);
      perImage.push({ name: pair.name, ...scored });
    }
    const json = { metric, ...meanScore(perImage), n: perImage.length, perImage };
    return { json, text: table(json) };
  },
};

async function pairs(
  prediction: string,
  truth: string,
): Promise<{ name: string; prediction: string; truth: string }[]> {
  const [folder, truthFolder] = [await isFolder(prediction), await isFolder(truth)];
  if (folder !== truthFolder)
    throw new UsageError(`got one file and one folder (${prediction}, ${truth}), wanted two of a kind`);
  if (!folder) return [{ name: prediction, prediction, truth }];
  const named = pairByName(await imageFiles(prediction), await imageFiles(truth));
  return named.map((pair) => ({ name: pair.name, prediction: pair.defective.path, truth: pair.clean.path }));
}

/** Mean over the image's planes. */
export function scoreImages(prediction: Image, truth: Image, metric: Metric): Score {
  if (sizeText(prediction.size) !== sizeText(truth.size))
    throw new BadInputError(
      `a prediction of ${sizeText(prediction.size)} for a truth of ${sizeText(truth.size)}`,
      'images of one size',
      'Give the truth that belongs to this image.',
    );
  return meanScore(
    planePlaces(truth.size).map((place) => score(getPlane(prediction, place), getPlane(truth, place), metric)),
  );
}

export function meanScore(scores: Score[]): Score {
  const mean = (of: (score: Score) => number) => scores.reduce((sum, s) => sum + of(s), 0) / scores.length;
  return { psnr: mean((s) => s.psnr), ssim: mean((s) => s.ssim), nrmse: mean((s) => s.nrmse) };
}

function table({ metric, perImage, ...mean }: { metric: Metric; perImage: ImageScore[] } & Score): string {
  const row = (name: string, s: Score) =>
    `${name.padEnd(40)} ${s.psnr.toFixed(2).padStart(8)} ${s.ssim.toFixed(4).padStart(8)} ${s.nrmse.toFixed(4).padStart(8)}`;
  const head = `${`image (${metric} metric)`.padEnd(40)} ${'PSNR'.padStart(8)} ${'SSIM'.padStart(8)} ${'NRMSE'.padStart(8)}`;
  return [head, ...perImage.map((s) => row(s.name, s)), row(`mean of ${perImage.length}`, mean)].join('\n');
}
