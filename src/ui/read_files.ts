/** Files read into images. What cannot be read is refused one by one, and the rest goes on. */
import type { CarePair } from '../imaging/care_archive';
import type { Image } from '../imaging/image';
import type { FileComplaint } from './app_state';
import { complaintOf } from './complaint';
import type { PickedFile } from './picked_files';

export interface ReadFiles {
  images: { path: string; name: string; image: Image }[];
  /** From CARE archives, which hold both sides. */
  pairs: CarePair[];
  refused: FileComplaint[];
}

export async function readFiles(files: PickedFile[]): Promise<ReadFiles> {
  // Fetched with the first file: a visit that only looks at the page needs no decoder.
  const [{ isArchiveName, readImage }, { readCareArchive }] = await Promise.all([
    import('../imaging/read_image'),
    import('../imaging/care_archive'),
  ]);
  const result: ReadFiles = { images: [], pairs: [], refused: [] };
  for (const { file, path } of files) {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      if (isArchiveName(file.name)) result.pairs.push(...readCareArchive(bytes, file.name).pairs);
      else result.images.push({ path, name: file.name, image: readImage(bytes, file.name) });
    } catch (error) {
      const wanted = 'a TIFF, a PNG, an npy array or a CARE npz archive';
      result.refused.push({ name: path, error: complaintOf(error, wanted, 'Save the image as TIFF and try again.') });
    }
    // One file a task, so that the page stays alive between them.
    await new Promise((resolve) => setTimeout(resolve));
  }
  return result;
}
