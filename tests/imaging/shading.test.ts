import { expect, test } from 'vitest';
import { mapPlane } from '../../src/imaging/filters';
import type { Plane } from '../../src/imaging/image';
import { measureDefect } from '../../src/imaging/measured_defect/measured_defect';
import { paintDefect } from '../../src/imaging/measured_defect/paint_defect';
import { measureShading as measure, type Shading, shaded, unshaded } from '../../src/imaging/measured_defect/shading';
import { texture } from '../../src/imaging/phantoms/fields';
import { Random } from '../../src/imaging/random';

const [WIDTH, HEIGHT] = [96, 64];

/** Each plane an image of its own. */
const alone = (planes: Plane[]) => planes.map((plane) => [plane]);
const measureShading = (planes: Plane[], reference: Plane[]): Shading | undefined =>
  measure(alone(planes), alone(reference))?.();
const found = (planes: Plane[], reference: Plane[]): Shading => {
  const shading = measureShading(planes, reference);
  if (!shading) throw new Error('got no shading');
  return shading;
};

function objects(seed: number, count = 24): Plane[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () =>
    mapPlane(texture(random, WIDTH, HEIGHT, 1.5), (value) => -0.4 + 0.8 * value),
  );
}

/** Dark towards the left, and along both ends of y. */
const vignette: Shading = {
  dark: -1,
  x: Float64Array.from({ length: WIDTH }, (_, x) => Math.min(1, 0.4 + (0.6 * x) / 24)),
  y: Float64Array.from({ length: HEIGHT }, (_, y) => Math.min(1, 0.3 + (0.7 * Math.min(y, HEIGHT - 1 - y)) / 16)),
};
const vignetted = (planes: Plane[]): Plane[] => planes.map((plane) => shaded(plane, vignette));

test('a vignette is measured to a few hundredths, beside images that have none', () => {
  const shading = found(vignetted(objects(1)), objects(2));
  for (const x of [4, 12, 20, 40, 80]) expect(Math.abs(shading.x[x] - vignette.x[x])).toBeLessThan(0.06);
  for (const y of [4, 10, 32, 54, 60]) expect(Math.abs(shading.y[y] - vignette.y[y])).toBeLessThan(0.06);
});

test('what both sets have is no shading of one of them', () => {
  const { x, y } = found(vignetted(objects(3)), vignetted(objects(4)));
  for (const factor of [...x, ...y]) expect(Math.abs(factor - 1)).toBeLessThan(0.15);
});

test('a vignette is measured beside haze that has no part in how the objects lie', () => {
  const random = new Random(30);
  // Few objects, most of them in the middle: the clean images are darker at their edges, too.
  const gathered = (seed: number): Plane[] =>
    objects(seed).map((plane) =>
      mapPlane(plane, (value, i) => (value + 1) * Math.exp(-(((i % WIDTH) - WIDTH / 2) ** 2) / 3600) - 1),
    );
  const hazy = gathered(31).map((plane) => {
    const haze = texture(random, WIDTH, HEIGHT, 12);
    return mapPlane(plane, (value, i) => 0.1 * (value + 1) + 2 * haze.data[i]);
  });
  const { shading } = measureDefect(alone(vignetted(hazy)), alone(gathered(32)));
  for (const x of [2, 8, 16, 24, 40, 80, 88]) expect(Math.abs((shading?.x[x] ?? 0) - vignette.x[x])).toBeLessThan(0.15);
  for (const y of [1, 4, 10, 32, 62]) expect(Math.abs((shading?.y[y] ?? 0) - vignette.y[y])).toBeLessThan(0.15);
});

test('what a few images happen to show is next to none', () => {
  const five = objects(5, 5);
  // A bright object at the left of one of them.
  five[0] = mapPlane(five[0], (value, i) => (i % WIDTH < 24 ? value + 1 : value));
  const { x } = found(five, objects(6));
  for (const factor of x) expect(Math.abs(factor - 1)).toBeLessThan(0.1);
});

test('few images, or images of several sizes, say nothing of it', () => {
  expect(measureShading(vignetted(objects(7, 3)), objects(8))).toBeUndefined();
  const narrow = { width: 64, height: HEIGHT, data: new Float32Array(64 * HEIGHT) };
  expect(measureShading([...vignetted(objects(9)), narrow], objects(10))).toBeUndefined();
  expect(measureShading(vignetted(objects(9)), [...objects(10), narrow])).toBeUndefined();
  expect(measureShading(vignetted(objects(9)), objects(10, 3))).toBeUndefined();
  // The planes of one stack are one image.
  expect(measure([vignetted(objects(9))], alone(objects(10)))).toBeUndefined();
});

test('it comes off as it went on, and a part of a field has its part of it', () => {
  const [plane] = objects(11);
  const back = unshaded(shaded(plane, vignette), vignette);
  back.data.forEach((value, i) => {
    expect(value).toBeCloseTo(plane.data[i], 4);
  });
  const bright: Plane = { width: 2, height: 2, data: new Float32Array(4).fill(1) };
  const { data } = shaded(bright, vignette, { x: 12, y: 8 });
  expect(data[3]).toBeCloseTo(2 * vignette.x[13] * vignette.y[9] - 1, 5);
});

test('painted fields have the shading, painted images of another size do not', () => {
  const clean = objects(12);
  const defect = measureDefect(alone(vignetted(objects(13))), alone(clean));
  const brightness = (planes: Plane[], column: number) =>
    planes.reduce(
      (sum, { width, data }) => sum + data.filter((_, i) => i % width === column).reduce((a, b) => a + b, 0),
      0,
    ) /
    (planes.length * HEIGHT);
  const painted = clean.map((plane) => paintDefect(plane, defect, new Random(14)));
  expect(brightness(painted, 4)).toBeLessThan(brightness(painted, 60) - 0.2);
  const halves = clean.map((plane) => ({ width: 48, height: HEIGHT, data: plane.data.slice(0, 48 * HEIGHT) }));
  const without = halves.map((plane) => paintDefect(plane, defect, new Random(15)));
  expect(Math.abs(brightness(without, 4) - brightness(without, 40))).toBeLessThan(0.1);
  const placed = halves.map((plane) => paintDefect(plane, defect, new Random(16), { at: { x: 48, y: 0 } }));
  expect(Math.abs(brightness(placed, 4) - brightness(painted, 52))).toBeLessThan(0.15);
});

test('a camera’s noise is no stronger where it is darker, and is measured as it is', () => {
  const random = new Random(17);
  const noisy = vignetted(objects(18)).map((plane) => mapPlane(plane, (value) => value + 0.1 * random.normal()));
  const { noisePower } = measureDefect(alone(noisy), alone(objects(19)));
  const middle = noisePower.values[noisePower.values.length >> 1];
  expect(middle).toBeGreaterThan(0.01 * 0.8);
  expect(middle).toBeLessThan(0.01 * 1.2);
});
