/** `mendscope push`: a model, or folders of images, to a store; prints the link. */
import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pairByName } from '../imaging/dataset';
import type { EdgeClient, FileToPublish, Placement, Publication, UploadProgress } from '../wire/client';
import { BLOB_BYTES } from '../wire/limits';
import { type Command, type CommandLine, type Context, text, UsageError } from './command';
import { edgeAt, openEditLink, openLink } from './edge';
import { type ImageFile, imageFiles, readBytes } from './files';
import { dataWords, type FolderTask, folderWords } from './task_words';

const USAGE = `Usage: mendscope push MODEL.safetensors --title TITLE [options]
       mendscope push --pairs TASK=DEFECTIVE_DIR:CLEAN_DIR … --unpaired TASK=DEFECTIVE_DIR:CLEAN_DIR … --title TITLE

Publishes a model, or a data set, and prints its link. Broken off, the same command goes on where it stopped.

  --pairs, --unpaired    as for train, without phantoms and stacks
  --axial TASK           the task's defect lies along the rows; repeatable
  --description TEXT     some more about it
  --edit-link LINK       add a version to what an earlier push made, in its store; the old link stays as it is
  --parent LINK          what this was made from: a fork
  --listed               show it in the store's gallery
  --cover PICTURE.png    its picture there
  --expires TIME         ISO 8601; the link answers "expired" afterwards
  --to URL               the store; MENDSCOPE_EDGE or http://127.0.0.1:8787 if left out

JSON: {id, collection, number, sha256, url, editUrl}
`;

export const push: Command = {
  summary: 'publish a model or a data set and print its link',
  usage: USAGE,
  options: {
    title: { type: 'string' },
    description: { type: 'string' },
    pairs: { type: 'string', multiple: true },
    unpaired: { type: 'string', multiple: true },
    axial: { type: 'string', multiple: true },
    'edit-link': { type: 'string' },
    parent: { type: 'string' },
    listed: { type: 'boolean' },
    cover: { type: 'string' },
    expires: { type: 'string' },
    to: { type: 'string' },
  },
  async run(line, context) {
    const title = text(line, 'title');
    const description = typeof line.values.description === 'string' ? { description: line.values.description } : {};
    const words = dataWords(line);
    const ofData = words.pairs.length + words.unpaired.length > 0;
    if (line.positionals.length + Number(ofData) !== 1)
      throw new UsageError('wanted one model file, or --pairs and --unpaired');
    if (!ofData && words.axial.length > 0)
      throw new UsageError('got --axial with a model, wanted it for --pairs and --unpaired only');
    const tasks = ofData ? inOwnFolders(folderWords(words)) : [];
    const { edge, placement } = await placementOf(line);
    const about = { title, ...description, ...placement };
    const options = { onProgress: sayProgress(context) };
    const published =
      tasks.length === 0
        ? await pushModel(edge, line.positionals[0], about, options)
        : await edge.publishDataset({ ...about, ...(await datasetOf(tasks)) }, options);
    return { json: jsonOf(published), text: textOf(published) };
  },
};

async function pushModel(
  edge: EdgeClient,
  path: string,
  about: Placement & { title: string },
  options: Parameters<EdgeClient['publishModel']>[2],
): Promise<Publication> {
  return edge.publishModel(await readBytes(path), { ...about, path: basename(path) }, options);
}

async function placementOf(line: CommandLine): Promise<{ edge: EdgeClient; placement: Placement }> {
  const { parent, listed, cover, expires, 'edit-link': editLink } = line.values;
  const placement: Placement = {
    ...(typeof parent === 'string' ? { parent: openLink(parent).item.id } : {}),
    ...(listed === true ? { listed } : {}),
    ...(typeof cover === 'string' ? { cover: await readBytes(cover) } : {}),
    ...(typeof expires === 'string' ? { expires } : {}),
  };
  if (typeof editLink !== 'string') return { edge: edgeAt(line.values), placement };
  const { edge, item, editToken } = openEditLink(editLink);
  const { collection } = await edge.fetchVersion(item.kind, item.id);
  return { edge, placement: { ...placement, collection, editToken } };
}

/** The tasks, unless two of them would be published in one folder. */
function inOwnFolders(words: FolderTask[]): FolderTask[] {
  const folders = words.map(({ name }) => folderOf(name));
  const twice = folders.findIndex((folder, i) => folders.indexOf(folder) !== i);
  if (twice >= 0)
    throw new UsageError(`two tasks would be published in the folder ${folders[twice]}; give one another name`);
  return words;
}

async function datasetOf(words: FolderTask[]) {
  const tasks = words.map(({ name, axial }) => ({ name, axial }));
  const files: FileToPublish[] = [];
  for (const word of words) {
    const { kind, name: task } = word;
    const [defective, clean] = [await imageFiles(word.defective), await imageFiles(word.clean)];
    if (kind === 'unpaired') {
      for (const file of defective) files.push(await fileOf(file, 'defective', task));
      for (const file of clean) files.push(await fileOf(file, 'clean', task));
      continue;
    }
    for (const pair of pairByName(defective, clean)) {
      files.push({ ...(await fileOf(pair.defective, 'defective', task)), pair: pair.name });
      files.push({ ...(await fileOf(pair.clean, 'clean', task)), pair: pair.name });
    }
  }
  return { tasks, files };
}

const folderOf = (task: string): string => task.replace(/[\\/:]/g, '_');

/** Opened when its turn comes; a file over 50 MiB is read piece by piece. */
async function fileOf({ name, path }: ImageFile, role: 'clean' | 'defective', task: string): Promise<FileToPublish> {
  const { size } = await stat(path);
  const content = () => (size > BLOB_BYTES ? openAsBlob(path) : readBytes(path));
  return { path: `${folderOf(task)}/${role}/${name}`, role, task, content };
}

function sayProgress({ say }: Context): (progress: UploadProgress) => void {
  let last = 0;
  return ({ filesDone, files, bytesSent }) => {
    if (filesDone < files && performance.now() - last < 1000) return;
    last = performance.now();
    say(`${filesDone} of ${files} files there, ${(bytesSent / 1e6).toFixed(1)} MB sent`);
  };
}

function jsonOf({ id, collection, number, sha256, url, editUrl }: Publication): Record<string, unknown> {
  return { id, collection, number, sha256, url, ...(editUrl === undefined ? {} : { editUrl }) };
}

function textOf({ url, editUrl, number }: Publication): string {
  return [
    `${url}${number > 1 ? `   (version ${number})` : ''}`,
    ...(editUrl === undefined ? [] : [`${editUrl}   (keep to yourself: it may change and delete)`]),
  ].join('\n');
}
