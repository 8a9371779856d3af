import { expect, test } from 'vitest';
import { pagePolicy } from '../../worker/headers';
import { ask, client, png, safetensors, tiff } from './edge';

/** The build, as the asset service would serve it. */
const files = new Map([
  ['/', '<!doctype html><title>app</title>'],
  ['/icon.svg', '<svg/>'],
]);
const ASSETS = {
  fetch: async (url: URL) => {
    const text = files.get(new URL(url).pathname);
    return new Response(text ?? null, { status: text ? 200 : 404, headers: text ? { etag: `"${text.length}"` } : {} });
  },
} as unknown as Fetcher;
const built = { ASSETS };

test('a share link opens the app, whatever stands behind it', async () => {
  const id = 'A'.repeat(22);
  for (const path of ['/', `/m/${id}`, `/m/${id}?image=x&task=y&view=z`, `/d/${id}`]) {
    const reply = await ask(path, {}, built);
    expect([path, reply.status, await reply.text()]).toEqual([path, 200, files.get('/')]);
    expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8');
  }
});

test('a page the browser has is not sent again', async () => {
  const first = await ask('/', {}, built);
  const etag = first.headers.get('etag') ?? '';
  const again = await ask('/', { headers: { 'if-none-match': etag } }, built);
  expect([again.status, await again.text()]).toEqual([304, '']);
  // A browser takes the headers of a 304 over into what it has.
  for (const header of ['content-security-policy', 'cross-origin-opener-policy', 'cross-origin-embedder-policy'])
    expect([header, again.headers.get(header)]).toEqual([header, first.headers.get(header)]);
  expect(again.headers.get('content-security-policy')).toBe(pagePolicy(false));
});

test('other files of the build are served, what is none is 404 and never a page', async () => {
  expect((await ask('/icon.svg', {}, built)).status).toBe(200);
  for (const path of ['/nothing', '/m', '/assets/gone.js', '/m/a/b', '/..%2f..%2fetc/passwd', '/api/models'])
    expect([path, (await ask(path, {}, built)).headers.get('content-type')]).toEqual([path, 'application/json']);
  expect((await ask('/icon.svg', { method: 'POST' }, built)).status).toBe(404);
});

test('pages of a data set, a result, a collection and the gallery, without a script', async () => {
  const edge = client();
  const model = await edge.publishModel(safetensors(9, 9), {
    title: '<b>Model</b>',
    listed: true,
    cover: png(8, 8, 8),
  });
  const files = [
    { path: 'noise/defective/1.tif', role: 'defective' as const, task: 'noise', content: tiff(3, 3, 1) },
    { path: 'noise/clean/1.tif', role: 'clean' as const, content: tiff(3, 3, 2) },
  ];
  const tasks = [{ name: 'noise', axial: false }];
  const set = await edge.publishDataset({ title: 'Nuclei', description: 'Two\nlines', tasks, files });
  const result = await edge.publishResult({
    title: 'Restored nuclei',
    model: model.id,
    processing: { adapter: 'A & B' },
    files: [{ path: 'out.tif', role: 'restored', content: tiff(3, 3, 3) }],
  });
  const pages: [string, string[]][] = [
    [
      `/d/${set.id}/files`,
      ['<h1>Nuclei</h1>', 'noise/defective/1.tif', `pull http://edge.test/d/${set.id}`, set.sha256],
    ],
    [`/r/${result.id}`, [`href="/m/${model.id}?image=${result.id}"`, 'A &amp; B', 'out.tif']],
    [`/c/${model.collection}`, ['&lt;b&gt;Model&lt;/b&gt;', '<em>latest</em>', `href="/m/${model.id}"`]],
    ['/gallery', ['&lt;b&gt;Model&lt;/b&gt;', '<img src="/api/covers/', '1 version']],
    ['/gallery?kind=dataset', ['Nothing is listed yet.']],
    ["/gallery?cursor=';--", ['&lt;b&gt;Model&lt;/b&gt;']],
  ];
  for (const [path, texts] of pages) {
    const reply = await ask(path, {}, built);
    const page = await reply.text();
    expect([path, reply.status]).toEqual([path, 200]);
    for (const text of texts) expect(page).toContain(text);
    expect(page).not.toMatch(/<script|<b>| style=| on[a-z]+=/);
  }
});

test('a page of something that is not there says so, with its status', async () => {
  for (const path of [`/d/${'A'.repeat(22)}/files`, `/c/${'A'.repeat(22)}`, '/r/x']) {
    const reply = await ask(path, {}, built);
    expect([path, reply.status]).toEqual([path, 404]);
    expect(await reply.text()).toContain('There is nothing at this address.');
  }
});
