/**
 * The store, as the page and the terminal program use it.
 *
 *   const edge = new EdgeClient(location.origin);
 *   const { url, editUrl } = await edge.publishModel(bytes, { title: 'W2S, 10 pairs' });
 *   const { record, bytes } = await edge.fetchModel(parseShareLink(url).id);
 *
 * Everything that is received is checked against its SHA-256. A refusal of the store is thrown as `EdgeRefusal`, whose
 * `what` and `fix` can be shown as they are. An interrupted upload goes on where it stopped when it is called again.
 */
import {
  type Collection,
  type CollectionChange,
  collectionSchema,
  type GalleryPage,
  galleryPageSchema,
  type Lineage,
  lineageSchema,
  newTokenSchema,
} from './collection';
import type { Content } from './content';
import { sha256 } from './digest';
import { findNonFinite } from './finite';
import type { Kind } from './identifiers';
import {
  type DatasetDraft,
  type FileRecord,
  filesPageSchema,
  type ModelDraft,
  type Published,
  publishedSchema,
  type ResultDraft,
  type Role,
  type VersionRecord,
  versionRecordSchema,
} from './publication';
import { type Settings, settingsSchema } from './settings';
import { Transport, type TransportOptions } from './transport';
import { postJson, type UploadItem, type UploadOptions, upload } from './upload';

export type { Content } from './content';
export { EdgeRefusal } from './refusal';
export { parseShareLink } from './share_link';
export type { UploadOptions, UploadProgress } from './upload';

export interface ClientOptions extends TransportOptions {
  /** Requests under way at once while uploading; 6 where left out. */
  parallel?: number;
}

/** Where a publication goes. Without `collection` it starts a new one, and its settings can be given. */
export interface Placement {
  /** Add a version to this collection, with its edit token. */
  collection?: string;
  editToken?: string;
  /** The version this was made from. */
  parent?: string;
  /** Show it in the public gallery. */
  listed?: boolean;
  /** A PNG of at most 2 MiB. */
  cover?: Content;
  /** ISO 8601, UTC; the link answers 410 afterwards. */
  expires?: string;
  /** The answer to a Turnstile challenge, where the operator asks for one. */
  turnstile?: string;
}

export interface ModelMeta extends Placement {
  title: string;
  description?: string;
  /** File name; 'model.safetensors' where left out. */
  path?: string;
}

export interface FileToPublish {
  /** Relative, with / between its parts. */
  path: string;
  role: Role;
  task?: string;
  /** Two files of one task with the same `pair` belong together. */
  pair?: string;
  /** Bytes, or a function that opens them when they are needed. */
  content: Content | (() => Content | Promise<Content>);
}

export interface DatasetToPublish extends Placement, Pick<DatasetDraft, 'title' | 'description' | 'tasks'> {
  files: readonly FileToPublish[];
}

export interface ResultToPublish
  extends Placement,
    Pick<ResultDraft, 'title' | 'description' | 'model' | 'processing'> {
  files: readonly FileToPublish[];
}

export interface FetchOptions {
  signal?: AbortSignal;
  onProgress?: (received: number, total: number) => void;
}

/** `url` is the share link; `editUrl` lets its holder change the collection and comes once, for a new collection. */
export interface Publication extends Published {
  url: string;
  editUrl?: string;
}

const PLURAL: Record<Kind, string> = { model: 'models', dataset: 'datasets', result: 'results' };

export class EdgeClient {
  readonly #transport: Transport;
  readonly #parallel: number;

  /** @param baseUrl origin of the store: `location.origin` in its own page */
  constructor(baseUrl: string, { parallel = 6, ...options }: ClientOptions = {}) {
    this.#transport = new Transport(baseUrl, options);
    this.#parallel = parallel;
  }

  // ------------------------------------------------------------------------------------------ publishing

  /** @param bytes a safetensors file; refused before it is sent where a number in it is not finite */
  async publishModel(
    bytes: Uint8Array | ArrayBuffer,
    meta: ModelMeta,
    options: UploadOptions = {},
  ): Promise<Publication> {
    const { title, description, path = 'model.safetensors', ...placement } = meta;
    refuseNonFinite(bytes);
    const [file] = await this.#upload([{ path, open: () => bytes }], options);
    const draft: Omit<ModelDraft, keyof Placement> = { title, ...describedBy(description), file: { path, ...file } };
    return this.#publish('model', draft, placement, options);
  }

  async publishDataset(dataset: DatasetToPublish, options: UploadOptions = {}): Promise<Publication> {
    const { title, description, tasks, files, ...placement } = dataset;
    const draft = { title, ...describedBy(description), tasks, files: await this.#uploadFiles(files, options) };
    return this.#publish('dataset', draft, placement, options);
  }

  async publishResult(result: ResultToPublish, options: UploadOptions = {}): Promise<Publication> {
    const { title, description, model, processing, files, ...placement } = result;
    const draft = {
      title,
      ...describedBy(description),
      ...(model === undefined ? {} : { model }),
      ...(processing === undefined ? {} : { processing }),
      files: await this.#uploadFiles(files, options),
    };
    return this.#publish('result', draft, placement, options);
  }

  // --------------------------------------------------------------------------------------------- reading

  /** The weights, whole, checked against their SHA-256 and for numbers that are not finite. */
  async fetchModel(
    id: string,
    options: FetchOptions = {},
  ): Promise<{ record: VersionRecord; bytes: Uint8Array<ArrayBuffer> }> {
    const record = await this.fetchVersion('model', id, options);
    const bytes = await this.fetchFile(record.files[0], options);
    refuseNonFinite(bytes);
    return { record, bytes };
  }

  /** The record of a version: title, tasks, lineage, the first 100 files. It never changes. */
  fetchVersion(kind: Kind, id: string, { signal }: { signal?: AbortSignal } = {}): Promise<VersionRecord> {
    return this.#transport.json(versionRecordSchema, `/api/${PLURAL[kind]}/${id}`, signal ? { signal } : {});
  }

  /** Every file of a version, asked for page by page. */
  async *files(record: VersionRecord, { signal }: { signal?: AbortSignal } = {}): AsyncGenerator<FileRecord> {
    yield* record.files;
    for (let cursor = record.nextFiles; cursor !== null; ) {
      const path = `/api/${PLURAL[record.kind]}/${record.id}/files?cursor=${cursor}`;
      const page = await this.#transport.json(filesPageSchema, path, signal ? { signal } : {});
      yield* page.files;
      cursor = page.next;
    }
  }

  /** A file's bytes, checked. For files larger than memory take `pieces`. */
  async fetchFile(file: FileRecord, options: FetchOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(file.bytes);
    let at = 0;
    for await (const piece of this.pieces(file, options)) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  /** A file's bytes in order, at most 50 MiB at once, each piece checked before it is handed out. */
  async *pieces(file: FileRecord, options: FetchOptions = {}): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    let before = 0;
    for (const part of file.parts ?? [file]) {
      const start = before;
      const onBytes = (received: number) => options.onProgress?.(start + received, file.bytes);
      yield await this.#fetchBlob(part, onBytes, options.signal);
      before += part.bytes;
    }
  }

  /** Ancestors of a version, and the listed versions made from it. */
  fetchLineage(id: string): Promise<Lineage> {
    return this.#transport.json(lineageSchema, `/api/lineage/${id}`);
  }

  fetchCollection(id: string, { cursor }: { cursor?: string } = {}): Promise<Collection> {
    return this.#transport.json(
      collectionSchema,
      `/api/collections/${id}${cursor === undefined ? '' : `?cursor=${cursor}`}`,
    );
  }

  /** What the collection's newest version is now. */
  fetchLatest(collection: string): Promise<VersionRecord> {
    return this.#transport.json(versionRecordSchema, `/api/collections/${collection}/latest`);
  }

  fetchGallery({ kind, cursor }: { kind?: Kind; cursor?: string } = {}): Promise<GalleryPage> {
    const query = new URLSearchParams({ ...(kind ? { kind } : {}), ...(cursor === undefined ? {} : { cursor }) });
    return this.#transport.json(galleryPageSchema, `/api/gallery?${query}`);
  }

  /** The store's limits, and whether a new collection needs a Turnstile challenge. */
  fetchSettings(): Promise<Settings> {
    return this.#transport.json(settingsSchema, '/api/settings');
  }

  // --------------------------------------------------------------------------------------------- editing

  /** Refused with 412 where somebody changed the collection since it was read just before. */
  async changeCollection(
    id: string,
    editToken: string,
    { cover, ...change }: Omit<CollectionChange, 'cover'> & { cover?: Content | null },
  ): Promise<Collection> {
    const [picture] = cover ? await this.#upload([{ path: 'cover.png', open: () => cover }], {}) : [undefined];
    const current = await this.#transport.send(`/api/collections/${id}`);
    await current.body?.cancel();
    return this.#transport.json(collectionSchema, `/api/collections/${id}`, {
      method: 'PATCH',
      body: JSON.stringify({ ...change, ...(cover === undefined ? {} : { cover: picture?.sha256 ?? null }) }),
      headers: {
        'content-type': 'application/json',
        'if-match': current.headers.get('etag') ?? '',
        ...bearer(editToken),
      },
      repeatable: false,
    });
  }

  async deleteCollection(id: string, editToken: string): Promise<void> {
    await this.#transport.send(`/api/collections/${id}`, { method: 'DELETE', headers: bearer(editToken) });
  }

  /** A new edit token; the old one is worth nothing afterwards. */
  async rotateEditToken(id: string, editToken: string): Promise<string> {
    const request = { method: 'POST', headers: bearer(editToken), repeatable: false };
    return (await this.#transport.json(newTokenSchema, `/api/collections/${id}/token`, request)).editToken;
  }

  /** Nobody can edit the collection any more, its owner included. The links stay. */
  async revokeEditToken(id: string, editToken: string): Promise<void> {
    await this.#transport.send(`/api/collections/${id}/token`, { method: 'DELETE', headers: bearer(editToken) });
  }

  // --------------------------------------------------------------------------------------------- inside

  #upload(items: UploadItem[], options: UploadOptions) {
    return upload(this.#transport, items, this.#parallel, options);
  }

  async #uploadFiles(files: readonly FileToPublish[], options: UploadOptions) {
    const items = files.map(({ path, content }) => ({
      path,
      open: typeof content === 'function' ? content : () => content,
    }));
    const uploaded = await this.#upload(items, options);
    return files.map(({ content: _, ...file }, i) => ({ ...file, ...uploaded[i] }));
  }

  async #publish(kind: Kind, draft: object, placement: Placement, { signal }: UploadOptions): Promise<Publication> {
    const { editToken, cover, ...settings } = placement;
    const [picture] = cover ? await this.#upload([{ path: 'cover.png', open: () => cover }], { signal }) : [undefined];
    const body = JSON.stringify({ ...draft, ...settings, ...(picture ? { cover: picture.sha256 } : {}) });
    const request = postJson(body, signal);
    const published = await this.#transport.json(publishedSchema, `/api/${PLURAL[kind]}`, {
      ...request,
      headers: { ...request.headers, ...(editToken === undefined ? {} : bearer(editToken)) },
      // A reply that is lost would make a second publication.
      repeatable: false,
    });
    const url = this.#transport.absolute(published.link);
    return { ...published, url, ...(published.editToken ? { editUrl: `${url}#edit=${published.editToken}` } : {}) };
  }

  /** Goes on where a connection broke. */
  async #fetchBlob(
    { sha256: address, bytes }: { sha256: string; bytes: number },
    onBytes: (received: number) => void,
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const blob = new Uint8Array(bytes);
    let at = 0;
    for (let attempt = 1; at < bytes; attempt++) {
      const response = await this.#transport.send(`/api/blobs/${address}`, {
        ...(at > 0 ? { headers: { range: `bytes=${at}-` } } : {}),
        ...(signal ? { signal } : {}),
      });
      if (response.status !== 206) at = 0;
      try {
        for await (const chunk of chunksOf(response)) {
          blob.set(chunk, at);
          at += chunk.length;
          onBytes(at);
        }
      } catch (error) {
        signal?.throwIfAborted();
        if (attempt >= ATTEMPTS_TO_READ) throw error;
      }
      if (attempt >= ATTEMPTS_TO_READ) break;
    }
    if (at !== bytes || (await sha256(blob)) !== address)
      throw new Error(`got ${at} bytes that are not blob ${address} of ${bytes} bytes; fetch it once more`);
    return blob;
  }
}

const ATTEMPTS_TO_READ = 5;

async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  if (!reader) return;
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

const describedBy = (description: string | undefined) => (description === undefined ? {} : { description });

function refuseNonFinite(content: Uint8Array | ArrayBuffer): void {
  const tensor = findNonFinite(content instanceof ArrayBuffer ? new Uint8Array(content) : content);
  if (tensor !== undefined)
    throw new Error(`tensor '${tensor}' holds a number that is not finite; train again from an earlier checkpoint`);
}
