import { expect, test } from 'vitest';
import { ask } from './edge';

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

test('share links, collections and the gallery open the app', async () => {
  const id = 'A'.repeat(22);
  for (const path of [
    '/',
    `/m/${id}`,
    `/d/${id}`,
    `/r/${id}`,
    `/c/${id}`,
    '/gallery',
    `/m/${id}?image=x&task=y&view=z`,
  ]) {
    const reply = await ask(path, {}, built);
    expect([path, reply.status, await reply.text()]).toEqual([path, 200, files.get('/')]);
    expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8');
  }
});

test('a page the browser has is not sent again', async () => {
  const etag = (await ask('/', {}, built)).headers.get('etag') ?? '';
  const again = await ask('/', { headers: { 'if-none-match': etag } }, built);
  expect([again.status, await again.text()]).toEqual([304, '']);
});

test('other files of the build are served, what is none is 404 and never a page', async () => {
  expect((await ask('/icon.svg', {}, built)).status).toBe(200);
  for (const path of ['/nothing', '/m', '/assets/gone.js', '/m/a/b', '/..%2f..%2fetc/passwd', '/api/models'])
    expect([path, (await ask(path, {}, built)).headers.get('content-type')]).toEqual([path, 'application/json']);
  expect((await ask('/icon.svg', { method: 'POST' }, built)).status).toBe(404);
});
