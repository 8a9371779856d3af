/** The data set on the Data page as files to publish, each written as TIFF when its turn comes. */
import { BYTES_PER_SAMPLE, type Image, sampleCount } from '../imaging/image';
import type { EdgeClient, FileToPublish, Placement, UploadOptions } from '../wire/client';
import type { PublishedItem } from './autosave';
import { type OwnCollection, placementOf, termsOf } from './publish';
import { byName, pairRows, type Role, type SourceImage, type TaskDraft } from './task_draft';

export interface DataPlan {
  tasks: { name: string; axial: boolean }[];
  files: FileToPublish[];
  pairs: number;
  /** Samples alone: a TIFF's header adds some hundred bytes a plane. */
  bytes: number;
  /** Images that stay here, for want of a partner. */
  without: number;
}

/** What would go out: every image of an unpaired task, of a paired one those that have a partner. */
export function dataPlan(drafts: readonly TaskDraft[]): DataPlan {
  const plan: DataPlan = { tasks: [], files: [], pairs: 0, bytes: 0, without: 0 };
  const paths = new Set<string>();
  for (const draft of drafts) {
    const task = draft.name.trim();
    plan.tasks.push({ name: task, axial: draft.axial });
    const add = (role: Role, { name, image }: SourceImage, pair?: string) => {
      const path = unlike(paths, `${plainName(task)}/${role}/${plainName(stemOf(name))}`);
      const content = () => tiffOf(image);
      plan.files.push({ path: `${path}.tif`, role, task, ...(pair === undefined ? {} : { pair }), content });
      plan.bytes += sampleCount(image.size) * BYTES_PER_SAMPLE[image.sampleType];
    };
    if (draft.kind === 'unpaired') {
      for (const role of ['defective', 'clean'] as const)
        for (const source of [...draft[role]].sort(byName)) add(role, source);
      continue;
    }
    const pairs = new Set<string>();
    for (const { status, defective, clean } of pairRows(draft)) {
      if (status !== 'matched' || !defective || !clean) continue;
      const pair = unlike(pairs, plainName(stemOf(defective.name)));
      add('defective', defective, pair);
      add('clean', clean, pair);
    }
    plan.pairs += pairs.size;
    plan.without += draft.defective.length + draft.clean.length - 2 * pairs.size;
  }
  return plan;
}

async function tiffOf(image: Image): Promise<Uint8Array> {
  const { writeTiff } = await import('../imaging/tiff');
  return writeTiff(image);
}

const stemOf = (name: string): string => name.replace(/(\.ome)?\.(tiff?|png|np[yz])$/i, '');

const LONGEST_NAME = 90;

/** One part of a path, on every system. */
function plainName(name: string): string {
  const plain = name
    .replace(/[\\/:]/g, '_')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, LONGEST_NAME)
    .trim();
  return /^\.*$/.test(plain) ? 'image' : plain;
}

/** `name`, or `name_2` and so on where it is taken already. */
function unlike(taken: Set<string>, name: string): string {
  let free = name;
  for (let i = 2; taken.has(free.toLowerCase()); i++) free = `${name}_${i}`;
  taken.add(free.toLowerCase());
  return free;
}

/** Called again after a broken connection, it sends what is not there yet. */
export async function publishData(
  client: EdgeClient,
  { tasks, files, bytes }: DataPlan,
  text: { title: string; description: string },
  place: OwnCollection | Pick<Placement, 'listed' | 'expires'>,
  options: UploadOptions,
): Promise<PublishedItem> {
  const { title, description } = text;
  const placement = placementOf(place);
  const about = { title, ...(description ? { description } : {}), ...placement };
  const published = await client.publishDataset({ ...about, tasks, files }, options);
  const { id, url, collection, number, editToken = placement.editToken } = published;
  const item = { kind: 'dataset' as const, id, collection, number, title, link: url, editToken, bytes };
  return { ...item, publishedAt: Date.now(), ...termsOf(place) };
}
