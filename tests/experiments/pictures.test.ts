import { describe, expect, it } from 'vitest';
import { extremePictures, firstPicture, pictureOf } from '../../src/experiments/pictures';
import { getPlane, type Plane } from '../../src/imaging/image';
import { readPng } from '../../src/imaging/png';

const WIDTH = 300;
const HEIGHT = 200;
/** Black but for one bright square, of side 24 at `left`, `top`. */
const square = (left: number, top: number, level: number): Plane => ({
  width: WIDTH,
  height: HEIGHT,
  data: Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    return x >= left && x < left + 24 && y >= top && y < top + 24 ? level : 0;
  }),
});
const shown = (png: string) => getPlane(readPng(new Uint8Array(Buffer.from(png, 'base64')), 'picture'));
const brightest = (png: string) => shown(png).data.indexOf(255);

describe('pictures', () => {
  const clean = square(250, 150, 1);

  it('show the part of a large image where its clean image shows most', () => {
    const { width, height, data } = shown(pictureOf(clean, clean));
    expect([width, height]).toEqual([128, 128]);
    expect(data.filter((value) => value === 255)).toHaveLength(24 * 24);
  });

  it('of one image all show the same part, whatever they show there', () => {
    const elsewhere = square(10, 10, 2);
    const { png } = firstPicture('mend', 'w2s', [clean], [clean]);
    expect(brightest(png)).toBe(brightest(pictureOf(clean, clean)));
    expect(brightest(pictureOf(elsewhere, clean))).toBe(-1);
    const scores = { care: { psnr: [1] } } as Parameters<typeof extremePictures>[2];
    const [input, restored, truth] = extremePictures(
      'w2s',
      { defective: [square(250, 150, 3)], restored: [clean], truths: [clean] },
      scores,
    );
    expect(brightest(input.png)).toBe(brightest(truth.png));
    expect(brightest(restored.png)).toBe(brightest(truth.png));
  });

  it('show a small image whole', () => {
    const small: Plane = { width: 3, height: 2, data: Float32Array.of(0, 0, 1, 1, 0.5, 0) };
    const { width, height } = shown(pictureOf(small, small));
    expect([width, height]).toEqual([3, 2]);
  });
});
