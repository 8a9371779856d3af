/** Models to and from the edge. The client is fetched only when it is used: most visits publish nothing. */
import type { LoadedModel } from './app_state';

export interface PublishedModel {
  id: string;
  title: string;
  /** Opens the page with the model loaded. */
  link: string;
  /** What the edit token is for: the series that this version belongs to. */
  collection: string;
  /** Lets its holder change or delete the collection. */
  editToken: string | undefined;
  bytes: number;
  publishedAt: number;
}

export interface SharedModel {
  title: string;
  collection: string;
  /** Milliseconds since 1970. */
  published: number;
  bytes: ArrayBuffer;
}

export async function publishModel(
  model: LoadedModel,
  text: { title: string; description: string; file: string },
  onProgress: (sent: number, total: number) => void,
  signal: AbortSignal,
): Promise<PublishedModel> {
  const { EdgeClient } = await import('../wire/client');
  const total = model.bytes.byteLength;
  const meta = { title: text.title, path: text.file, ...(text.description ? { description: text.description } : {}) };
  const published = await new EdgeClient(location.origin).publishModel(model.bytes, meta, {
    signal,
    onProgress: ({ bytesDone }) => onProgress(bytesDone, total),
  });
  const { id, url, collection, editToken } = published;
  return { id, collection, title: text.title, link: url, editToken, bytes: total, publishedAt: Date.now() };
}

/** The token stands in the fragment, which no browser sends to a server. */
export function editLinkOf({ link, editToken }: PublishedModel): string | undefined {
  return editToken === undefined ? undefined : `${link}#edit=${editToken}`;
}

/** Takes the publication back: its link answers 404 from then on. */
export async function unpublish({ collection, editToken }: PublishedModel): Promise<void> {
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
  const { title, collection, created } = record;
  return { title, collection, published: Date.parse(created), bytes: new Uint8Array(bytes).buffer };
}
