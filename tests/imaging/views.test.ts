import { expect, test } from 'vitest';
import { getPlane, makeImage } from '../../src/imaging/image';
import { combineViews, xzPlanes, yzPlanes } from '../../src/imaging/views';

/** A stack whose every sample says where it is: t c z y x as decimal digits. */
function digits() {
  const size = { t: 2, z: 3, c: 2, y: 4, x: 5 };
  const image = makeImage(size, 'uint16');
  let i = 0;
  for (let t = 0; t < 2; t++)
    for (let z = 0; z < 3; z++)
      for (let c = 0; c < 2; c++)
        for (let y = 0; y < 4; y++)
          for (let x = 0; x < 5; x++) image.data[i++] = (t * 10 + c) * 1000 + z * 100 + y * 10 + x;
  return image;
}

test('XZ and YZ planes keep z as rows', () => {
  const xz = xzPlanes(digits(), { t: 1, c: 1 });
  expect(xz.length).toBe(4);
  expect([xz[2].width, xz[2].height]).toEqual([5, 3]);
  expect([...xz[2].data]).toEqual([0, 1, 2].flatMap((z) => [0, 1, 2, 3, 4].map((x) => 11000 + z * 100 + 20 + x)));
  const yz = yzPlanes(digits());
  expect(yz.length).toBe(5);
  expect([yz[3].width, yz[3].height]).toEqual([4, 3]);
  expect([...yz[3].data]).toEqual([0, 1, 2].flatMap((z) => [0, 1, 2, 3].map((y) => z * 100 + y * 10 + 3)));
});

test('combining a stack with itself gives it back; below 0 counts as 0', () => {
  const image = digits();
  const planes = combineViews(xzPlanes(image), yzPlanes(image));
  for (let z = 0; z < 3; z++) expect(planes[z]).toEqual(getPlane(image, { z }));
  const one = (value: number) => [{ width: 1, height: 1, data: Float32Array.from([value]) }];
  expect(combineViews(one(4), one(9))[0].data[0]).toBe(6);
  expect(combineViews(one(-4), one(-9))[0].data[0]).toBe(0);
});

test('refuses views of different stacks', () => {
  const image = digits();
  expect(() => combineViews(xzPlanes(image), xzPlanes(image))).toThrow(
    'Got 4 XZ planes of 5×3 and 4 YZ planes of 5×3; wanted the XZ and YZ planes of one stack.',
  );
});
