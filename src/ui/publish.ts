/** Models to and from the edge. The client is fetched only when it is used: most visits publish nothing. */
import type { LoadedModel } from './app_state';

export interface PublishedModel {
  id: string;
  title: string;
  /** Opens the page with the model loaded. */
  link: string;
  /** The same link for its owner: lets its holder change or delete the collection. */
  editLink: string | undefined;
  bytes: number;
  publishedAt: number;
}

export interface SharedModel {
  title: string;
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
  const { id, url, editUrl } = published;
  return { id, title: text.title, link: url, editLink: editUrl, bytes: total, publishedAt: Date.now() };
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
  return { title: record.title, bytes: new Uint8Array(bytes).buffer };
}
