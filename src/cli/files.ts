/** Image and model files on disk. */
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BadInputError } from '../imaging/bad_input';
import type { Image } from '../imaging/image';
import { isImageName, readImage } from '../imaging/read_image';

export interface ImageFile {
  /** File name without folder. */
  name: string;
  path: string;
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw missing(path, error);
  }
}

/** The images of a folder by name; hidden files and other types are passed over. */
export async function imageFiles(folder: string): Promise<ImageFile[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw missing(folder, error);
  }
  const images = names.filter((name) => !name.startsWith('.') && isImageName(name));
  if (images.length === 0)
    throw new BadInputError(`no image in ${folder}`, 'TIFF, PNG or npy files', 'Name the folder that holds them.');
  return images.sort().map((name) => ({ name, path: join(folder, name) }));
}

export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    throw missing(path, error);
  }
}

export async function readImageFile(path: string): Promise<Image> {
  return readImage(await readBytes(path), basename(path));
}

/** Writes beside the place and moves there, so that a run cut short never leaves half a file. */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(resolve(path)), { recursive: true });
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
}

function missing(path: string, cause: unknown): Error {
  const code = (cause as NodeJS.ErrnoException).code;
  const got = code === 'ENOENT' ? 'nothing' : `'${code ?? String(cause)}'`;
  return Object.assign(new BadInputError(`${got} at ${path}`, 'a file or folder that can be read', 'Check the path.'), {
    cause,
  });
}
