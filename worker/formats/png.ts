import { PIXELS_PER_IMAGE } from '../../src/wire/limits';
import type { Facts } from '../../src/wire/publication';
import type { ByteSource } from './byte_source';
import { refuseBomb, unsound } from './unsound';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Colour type → samples a pixel. */
const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const IHDR = 0x49484452;

export const looksLikePng = (head: Uint8Array): boolean => SIGNATURE.every((byte, i) => head[i] === byte);

export async function readPngHeader(source: ByteSource): Promise<Facts> {
  const head = await source.read(0, 33);
  if (head.length < 33) throw unsound('PNG', `it ends after ${head.length} bytes`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.getUint32(8) !== 13 || view.getUint32(12) !== IHDR) throw unsound('PNG', 'its first chunk is no IHDR');
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [bits, colour] = [head[24], head[25]];
  const samples = SAMPLES[colour];
  if (samples === undefined || ![1, 2, 4, 8, 16].includes(bits))
    throw unsound('PNG', `colour type ${colour} with ${bits} bits does not exist`);
  if (width === 0 || height === 0 || width * height * samples > PIXELS_PER_IMAGE)
    throw unsound('PNG', `it claims ${width} × ${height} pixels`);
  refuseBomb('PNG', (width * height * samples * bits) / 8, source.size);
  return { format: 'png', width, height, bitsPerSample: bits };
}
