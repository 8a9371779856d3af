/** Every score of a set of restored planes. */
import type { Plane } from '../imaging/image';
import { METRICS, scaledPair, score } from '../imaging/metrics';
import type { ImageScores } from './cell';
import type { Lpips } from './lpips';

/** LPIPS costs as much as a restoration, so it is taken on the first images of a set only. */
const LPIPS_IMAGES = 10;

/** @param lpips undefined where its weights are not at hand; it sees both images as the care metric scales them */
export async function scoreAll(predictions: Plane[], truths: Plane[], lpips: Lpips | undefined): Promise<ImageScores> {
  const scores: ImageScores = {
    raw: { psnr: [], ssim: [] },
    paper: { psnr: [], ssim: [] },
    care: { psnr: [], ssim: [] },
    lpips: lpips ? [] : null,
  };
  for (const [i, truth] of truths.entries()) {
    for (const metric of METRICS) {
      const { psnr, ssim } = score(predictions[i], truth, metric);
      scores[metric].psnr.push(psnr);
      scores[metric].ssim.push(ssim);
    }
    if (lpips && scores.lpips && i < LPIPS_IMAGES) {
      const pair = scaledPair(predictions[i], truth, 'care');
      scores.lpips.push(await lpips.distance(pair.prediction, pair.truth));
    }
  }
  return scores;
}
