import type { Image } from './image';
import { writeNpy } from './npy';
import { writePng } from './png';
import { writeTiff } from './tiff';

export type ImageFormat = 'tiff' | 'png' | 'npy';

/**
 * An image as the bytes of a file, in its own sample type and size. TIFF keeps everything; PNG holds one plane of 8 or
 * 16 bits (BadInputError otherwise); npy holds the samples alone, axes TZCYX.
 */
export function writeImage(image: Image, format: ImageFormat): Uint8Array {
  switch (format) {
    case 'tiff':
      return writeTiff(image);
    case 'png':
      return writePng(image);
    case 'npy': {
      const { t, z, c, y, x } = image.size;
      return writeNpy({ shape: [t, z, c, y, x], sampleType: image.sampleType, data: image.data });
    }
  }
}
