import { describe, expect, it } from 'vitest';
import { phantomPair } from '../../src/imaging/phantoms/phantom';
import { scoreRows } from '../../src/ui/scores';

const { clean, defective } = phantomPair('embryo-noise', { seed: 3 });

describe('the table of scores', () => {
  it('always holds the untouched input and a Gaussian that is at least as good', () => {
    const [input, gaussian, ...others] = scoreRows(defective, undefined, clean, 'care');
    expect(others).toEqual([]);
    expect(gaussian.score.psnr).toBeGreaterThan(input.score.psnr);
  });

  it('puts the restoration last', () => {
    const restored = scoreRows(defective, clean, clean, 'raw').at(-1);
    expect(restored).toMatchObject({ name: 'Restored', score: { psnr: Number.POSITIVE_INFINITY, nrmse: 0 } });
  });
});
