/** Pages a person reads without the app: the gallery, a collection, a data set, a result. No script in any of them. */
import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import * as v from 'valibot';
import type { GalleryItem, VersionSummary } from '../src/wire/collection';
import { idSchema, type Kind } from '../src/wire/identifiers';
import type { FileRecord, VersionRecord } from '../src/wire/publication';
import { describeCollection, findCollection } from './collection_records';
import { document } from './document';
import type { Edge } from './environment';
import { galleryQuery, readGallery } from './gallery';
import { rateLimit } from './rate_limit';
import { notFound, Refusal } from './refusal';
import { findVersion, readRecord } from './versions';

const KIND_NAME: Record<Kind, string> = { model: 'Model', dataset: 'Data set', result: 'Result' };
const PICTURES_IN_A_PAGE = 24;

export const itemPages = new Hono<Edge>()
  .get('/gallery', rateLimit('RATE_READ'), async (c) => {
    const query = v.safeParse(galleryQuery, c.req.query());
    const { kind, cursor } = query.success ? query.output : {};
    const { items, next } = await readGallery(c.env.DB, { kind, cursor, limit: PICTURES_IN_A_PAGE });
    const more = new URLSearchParams({ ...(kind ? { kind } : {}), ...(next ? { cursor: next } : {}) });
    return c.html(
      document(
        'Gallery',
        html`<h1>Gallery</h1>
          <p>What its owners chose to show. Everything else here is known only to who has its link.</p>
          <p>
            <a href="/gallery">All</a> · <a href="/gallery?kind=model">Models</a> ·
            <a href="/gallery?kind=dataset">Data sets</a> · <a href="/gallery?kind=result">Results</a>
          </p>
          ${items.length === 0 ? html`<p>Nothing is listed yet.</p>` : html`<ul class="gallery">${items.map(picture)}</ul>`}
          ${next ? html`<p><a href="/gallery?${more.toString()}">Older</a></p>` : ''}`,
      ),
    );
  })
  .get('/c/:id', rateLimit('RATE_READ'), (c) =>
    shown(c, async (id) => {
      const collection = await describeCollection(c.env.DB, await findCollection(c.env.DB, id), beforeOf(c));
      return document(
        collection.title,
        html`<h1>${collection.title}</h1>
          <p>${KIND_NAME[collection.kind]}, ${collection.listed ? 'in the gallery' : 'unlisted'}. Each version keeps its own link
            for ever; the newest is marked <em>latest</em> until a newer one comes.</p>
          <table>
            <thead><tr><th>Version</th><th>Title</th><th>Published</th><th>Size</th></tr></thead>
            <tbody>${collection.versions.map((version) => versionRow(version, collection.latest))}</tbody>
          </table>
          ${collection.next ? html`<p><a href="/c/${collection.id}?cursor=${collection.next}">Older versions</a></p>` : ''}`,
      );
    }),
  )
  .get('/d/:id/files', rateLimit('RATE_READ'), (c) => shown(c, (id) => filesPage(c, id, 'dataset')))
  .get('/r/:id', rateLimit('RATE_READ'), (c) => shown(c, (id) => filesPage(c, id, 'result')));

/** A page for the id in the path; what the API would refuse, refused in words a person reads. */
async function shown(c: Context<Edge>, page: (id: string) => Promise<ReturnType<typeof document>>): Promise<Response> {
  try {
    const id = v.safeParse(idSchema, c.req.param('id'));
    if (!id.success) throw notFound();
    return await c.html(await page(id.output), 200, { 'cache-control': 'no-cache' });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { what, fix } = error.body;
    return c.html(document('Not here', html`<h1>${what}</h1><p>${fix}</p>`), error.status);
  }
}

function beforeOf(c: Context<Edge>): number {
  const cursor = c.req.query('cursor') ?? '';
  return /^\d{1,6}$/.test(cursor) ? Number(cursor) : Number.MAX_SAFE_INTEGER;
}

function picture({ title, description, cover, kind, link, collection, versions }: GalleryItem) {
  return html`<li>
    <a href="${link}">${cover ? html`<img src="${cover}" alt="" width="256" height="256" loading="lazy" />` : ''}${title}</a>
    <p>${KIND_NAME[kind]}, <a href="/c/${collection}">${versions === 1 ? '1 version' : `${versions} versions`}</a></p>
    <p>${description.slice(0, 300)}</p>
  </li>`;
}

function versionRow({ id, number, title, created, bytes, link }: VersionSummary, latest: string) {
  return html`<tr>
    <td>${number}${id === latest ? html` <em>latest</em>` : ''}</td>
    <td><a href="${link}">${title}</a></td>
    <td>${created.slice(0, 10)}</td>
    <td>${megabytes(bytes)}</td>
  </tr>`;
}

async function filesPage(c: Context<Edge>, id: string, kind: 'dataset' | 'result') {
  const record = await readRecord(c.env.DB, await findVersion(c, id, kind));
  const origin = new URL(c.req.url).origin;
  return document(
    record.title,
    html`<h1>${record.title}</h1>
      <p class="description">${record.description}</p>
      <dl>
        <dt>${KIND_NAME[kind]}</dt>
        <dd>version ${record.number} of <a href="/c/${record.collection}">its collection</a>, published ${record.created.slice(0, 10)}</dd>
        <dt>Files</dt>
        <dd>${record.fileCount}, ${megabytes(record.bytes)}</dd>
        ${record.tasks.length > 0 ? html`<dt>Tasks</dt><dd>${record.tasks.map((task) => task.name).join(', ')}</dd>` : ''}
        ${record.model ? html`<dt>Restored with</dt><dd><a href="/m/${record.model}?image=${record.id}">this model, which opens with the image</a></dd>` : ''}
        ${Object.entries(record.metadata).map(([name, value]) => html`<dt>${name}</dt><dd>${String(value)}</dd>`)}
        <dt>SHA-256 of the <a href="/api/${kind}s/${record.id}/manifest">manifest</a></dt>
        <dd><code>${record.sha256}</code></dd>
      </dl>
      ${commands(record, origin)}
      <table>
        <thead><tr><th>File</th><th>Role</th><th>Task</th><th>Size</th></tr></thead>
        <tbody>${record.files.map(fileRow)}</tbody>
      </table>
      ${record.nextFiles ? html`<p>… and ${record.fileCount - record.files.length} more.</p>` : ''}`,
  );
}

function commands({ kind, link }: VersionRecord, origin: string) {
  return html`<h2>Take it</h2>
    <pre>npm run -s mendscope -- pull ${origin}${link} --out ${kind}</pre>
    ${
      kind === 'dataset'
        ? html`<p>It comes as one folder a task, with <code>defective</code> and <code>clean</code> in each where it was
            pushed from the terminal: what <code>train --pairs TASK=DEFECTIVE:CLEAN</code> and the Data page take.</p>
          <p><a href="${link}">Open it in the page</a>, ready to train on.</p>`
        : ''
    }`;
}

function fileRow({ path, role, task, bytes, url }: FileRecord) {
  return html`<tr><td><a href="${url}">${path}</a></td><td>${role}</td><td>${task ?? ''}</td><td>${megabytes(bytes)}</td></tr>`;
}

const megabytes = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
