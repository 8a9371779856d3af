/**
 * Power of haze as light that has nothing to do with the image.
 *
 * A tile shows little more than one period of so slow a wave, loses its mean, and fades out at its edges, so much of that
 * power is not measured, or at faster waves than it belongs to. Hence what haze drawn with a power is measured to have is
 * brought to what is wanted: each round multiplies a wave's power by what it lacks (as Richardson–Lucy does).
 */
import { fourier } from '../fourier';
import type { Plane } from '../image';
import { Random } from '../random';
import { filter, type MirroredField, middle, mirroredField } from './mirrored_field';
import { meanPower, type Spectrum, spectrum } from './power_spectrum';

/** Fields of haze that are drawn, two tiles each, and corrections made. */
const FIELDS = 8;
const ROUNDS = 3;
/** A wave's power grows by this factor in one of them, at most. */
const MOST_CHANGE = 5;

/** @param wanted as measured of tiles @returns what to draw haze with, that as much be measured of it */
export function hazePower(wanted: Spectrum): Spectrum {
  if (!wanted.values.some((value) => value > 0)) return wanted;
  const random = new Random(wanted.side);
  const white = Array.from({ length: FIELDS }, () => whiteNoise(wanted.side, random));
  let power = wanted;
  for (let round = 0; round < ROUNDS; round++) {
    const drawn = power;
    const seen = meanPower(white.flatMap((field) => tilesThrough(field, drawn)));
    power = spectrum(wanted.side, (_x, _y, at) => {
      const lacks = seen.values[at] > 0 ? wanted.values[at] / seen.values[at] : 0;
      return drawn.values[at] * Math.min(MOST_CHANGE, lacks);
    });
  }
  return power;
}

/** The transform of two tiles of white noise, as paint_defect.ts continues it. */
function whiteNoise(side: number, random: Random): MirroredField {
  const [one, other] = [0, 1].map(() => Float32Array.from({ length: side * side }, () => random.normal()));
  const white = mirroredField({ width: side, height: side, data: one }, 0, other);
  fourier(white.field, 'forward');
  return white;
}

function tilesThrough(white: MirroredField, power: Spectrum): Plane[] {
  const { field } = white;
  const haze = { ...white, field: { ...field, re: field.re.slice(), im: field.im.slice() } };
  filter(haze.field, power);
  fourier(haze.field, 'inverse');
  return (['re', 'im'] as const).map((part) => middle(haze, part, power.side, power.side));
}
