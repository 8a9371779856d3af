/** Models and images to and from the edge. The client is fetched only when it is used: most visits publish nothing. */
import type { Placement } from '../wire/client';
import type { LoadedModel, Restoration, Restored } from './app_state';
import type { PublishedItem } from './autosave';

export interface SharedModel {
  title: string;
  collection: string;
  number: number;
  /** Milliseconds since 1970. */
  published: number;
  bytes: ArrayBuffer;
}

/** A series that a new version can be added to. */
export type OwnCollection = Pick<PublishedItem, 'collection' | 'title' | 'listed' | 'expires'> & { editToken: string };

/** The series of one kind whose edit token this browser holds, by their newest title. */
export function ownCollections(
  published: readonly PublishedItem[],
  wanted: 'model' | 'dataset' = 'model',
): OwnCollection[] {
  const own = new Map<string, OwnCollection>();
  for (const { kind = 'model', collection, title, editToken, listed, expires } of published)
    if (kind === wanted && editToken !== undefined && !own.has(collection))
      own.set(collection, { collection, title, editToken, ...termsOf({ listed, expires }) });
  return [...own.values()];
}

/** Without the fields that say nothing. */
export function termsOf({ listed, expires }: Pick<Placement, 'listed' | 'expires'>) {
  return { ...(listed ? { listed } : {}), ...(expires === undefined ? {} : { expires }) };
}

export async function publishModel(
  model: LoadedModel,
  text: { title: string; description: string; file: string },
  place: OwnCollection | Pick<Placement, 'listed' | 'expires'>,
  onProgress: (sent: number, total: number) => void,
  signal: AbortSignal,
): Promise<PublishedItem> {
  const { EdgeClient, EdgeRefusal } = await import('../wire/client');
  const client = new EdgeClient(location.origin);
  const total = model.bytes.byteLength;
  const meta = {
    title: text.title,
    path: text.file,
    ...(text.description ? { description: text.description } : {}),
    ...placementOf(place),
  };
  const options = { signal, onProgress: ({ bytesDone }: { bytesDone: number }) => onProgress(bytesDone, total) };
  const parent = model.info.madeFrom?.[0].sharedId;
  const publish = (from: { parent?: string }) => client.publishModel(model.bytes, { ...meta, ...from }, options);
  const published = await publish(parent ? { parent } : {}).catch((error) => {
    // The model it was made from is gone, or in another store; the file itself still names it.
    if (!(error instanceof EdgeRefusal && error.error === 'no-such-parent')) throw error;
    return publish({});
  });
  const { id, url, collection, number, editToken = meta.editToken } = published;
  const item = { id, collection, number, title: text.title, link: url, editToken, bytes: total };
  return { ...item, publishedAt: Date.now(), ...termsOf(place) };
}

/** A new version keeps its series' terms, and the store takes no others. */
export function placementOf(place: OwnCollection | Pick<Placement, 'listed' | 'expires'>): Placement {
  return 'collection' in place ? { collection: place.collection, editToken: place.editToken } : termsOf(place);
}

/** The token stands in the fragment, which no browser sends to a server. */
export function editLinkOf({ link, editToken }: PublishedItem): string | undefined {
  return editToken === undefined ? undefined : `${link}#edit=${editToken}`;
}

/** Takes the whole series back: its links answer 404 from then on. */
export async function unpublish({ collection, editToken }: PublishedItem): Promise<void> {
  if (editToken === undefined) return;
  const { EdgeClient } = await import('../wire/client');
  await new EdgeClient(location.origin).deleteCollection(collection, editToken);
}

/** The model behind a share link's id, checked against its hash. */
export async function fetchShared(
  id: string,
  onProgress: (loaded: number, total: number) => void,
): Promise<SharedModel> {
  const { EdgeClient } = await import('../wire/client');
  const client = new EdgeClient(location.origin);
  const { bytes: total } = await client.fetchVersion('model', id);
  onProgress(0, total);
  const { record, bytes } = await client.fetchModel(id);
  onProgress(total, total);
  const { title, collection, number, created } = record;
  return { title, collection, number, published: Date.parse(created), bytes: new Uint8Array(bytes).buffer };
}

type Processing = Record<string, string | number | boolean | null>;

/** The files that a shared image consists of, as TIFF. */
export async function sampleFiles({ name, image, truth, result }: Restoration) {
  const { writeTiff } = await import('../imaging/tiff');
  const stem = name.replace(/\.[a-z0-9]+$/i, '').replace(/[\\/:]/g, '_') || 'image';
  const files = [{ path: `${stem}.tif`, role: 'input' as const, content: writeTiff(image) }];
  return [
    ...files,
    ...(result ? [{ path: `${stem}_restored.tif`, role: 'restored' as const, content: writeTiff(result.image) }] : []),
    ...(truth ? [{ path: `${stem}_truth.tif`, role: 'truth' as const, content: writeTiff(truth) }] : []),
  ];
}

/** Publishes an image with its restoration by a published model. */
export async function publishSample(
  restoration: Restoration,
  model: string,
  signal: AbortSignal,
): Promise<PublishedItem> {
  const { EdgeClient } = await import('../wire/client');
  const { name, result } = restoration;
  if (!result) throw new Error(`${name} is not restored yet`);
  const files = await sampleFiles(restoration);
  const processing: Processing = {
    task: result.task ?? null,
    'normalised from': result.normalisation.low,
    'normalised to': result.normalisation.high,
    adapter: result.adapter,
    'software adapter': result.software,
    seconds: result.seconds,
  };
  const published = await new EdgeClient(location.origin).publishResult(
    { title: name, model, processing, files },
    { signal },
  );
  const { id, collection, number, editToken } = published;
  const bytes = files.reduce((sum, { content }) => sum + content.byteLength, 0);
  const link = `${location.origin}/m/${model}?image=${id}`;
  return { kind: 'result', id, collection, number, title: name, link, editToken, bytes, publishedAt: Date.now() };
}

/** An image under a share link, with what `model` made of it. */
export async function fetchSample(
  id: string,
  model: string,
): Promise<Pick<Restoration, 'name' | 'image' | 'truth' | 'result'>> {
  const [{ EdgeClient }, { readImage }] = await Promise.all([
    import('../wire/client'),
    import('../imaging/read_image'),
  ]);
  const client = new EdgeClient(location.origin);
  const record = await client.fetchVersion('result', id);
  const read = async (role: 'input' | 'restored' | 'truth') => {
    const file = record.files.find((one) => one.role === role);
    return file && { name: file.path, image: readImage(await client.fetchFile(file), file.path) };
  };
  const input = await read('input');
  if (!input) throw new Error(`a result without its input (${record.title})`);
  const [restored, truth] = await Promise.all([record.model === model ? read('restored') : undefined, read('truth')]);
  const result = restored && resultOf(restored.image, record.metadata);
  return {
    ...input,
    ...(truth ? { truth: truth.image } : {}),
    ...(result ? { result } : {}),
  };
}

function resultOf(image: Restored['image'], about: Processing): Restored {
  const number = (name: string) => (typeof about[name] === 'number' ? Number(about[name]) : 0);
  return {
    kind: 'restored',
    id: 0,
    image,
    task: typeof about.task === 'string' ? about.task : undefined,
    normalisation: { low: number('normalised from'), high: number('normalised to') },
    adapter: String(about.adapter ?? 'an adapter unnamed'),
    software: about['software adapter'] === true,
    seconds: number('seconds'),
  };
}
