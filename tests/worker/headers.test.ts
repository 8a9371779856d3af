import { expect, test } from 'vitest';
import staticHeaders from '../../src/ui/public/_headers?raw';
import { sha256 } from '../../src/wire/digest';
import { pagePolicy } from '../../worker/headers';
import { ask, bindings, client, png, safetensors } from './edge';

const index = { ASSETS: { fetch: async () => new Response('<!doctype html>') } as unknown as Fetcher };

const NAMES = [
  'content-security-policy',
  'x-content-type-options',
  'referrer-policy',
  'x-frame-options',
  'permissions-policy',
  'cross-origin-resource-policy',
];

test('every kind of reply carries the security headers', async () => {
  const bytes = safetensors(20, 20);
  const cover = png(5, 5, 1);
  const { id, collection } = await client().publishModel(bytes, { title: 'Headers', cover, listed: true });
  const replies: [string, Response][] = [
    ['page', await ask('/', {}, index)],
    ['share link', await ask(`/m/${id}`, {}, index)],
    ['written page', await ask('/docs')],
    ['privacy', await ask('/privacy')],
    ['style', await ask('/document.css')],
    ['record', await ask(`/api/models/${id}`)],
    ['collection', await ask(`/api/collections/${collection}`)],
    ['blob', await ask(`/api/blobs/${await sha256(bytes)}`)],
    ['blob range', await ask(`/api/blobs/${await sha256(bytes)}`, { headers: { range: 'bytes=0-1' } })],
    ['not changed', await ask(`/api/models/${id}`, { headers: { 'if-none-match': '*' } })],
    ['cover', await ask(`/api/covers/${await sha256(cover)}`)],
    ['manifest', await ask(`/api/models/${id}/manifest`)],
    ['description', await ask('/api/openapi.json')],
    ['refusal', await ask('/api/models/x')],
    ['nothing', await ask('/api/nothing')],
    ['health', await ask('/api/health')],
  ];
  for (const [kind, reply] of replies) {
    for (const name of NAMES) expect([kind, name, reply.headers.has(name)]).toEqual([kind, name, true]);
    expect([kind, reply.headers.get('content-security-policy')]).not.toEqual([
      kind,
      expect.stringMatching(/script-src[^;]*unsafe/),
    ]);
    expect([kind, reply.headers.get('cache-control') !== null]).toEqual([kind, true]);
    await reply.arrayBuffer();
  }
  expect(replies.find(([kind]) => kind === 'share link')?.[1].headers.get('x-robots-tag')).toBe('noindex');
  expect(replies[0][1].headers.get('x-robots-tag')).toBeNull();
  const pages = replies.slice(0, 4).map(([, reply]) => reply.headers);
  for (const headers of pages) {
    expect(headers.get('content-security-policy')).toBe(pagePolicy(false));
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  }
});

test('an edit reply and a token are never cached', async () => {
  const { collection, editToken } = await client().publishModel(safetensors(20, 21), { title: 'Cached?' });
  const headers = { authorization: `Bearer ${editToken}` };
  const reply = await ask(`/api/collections/${collection}/token`, { method: 'POST', headers });
  expect(reply.headers.get('cache-control')).toBe('no-store');
});

test('https adds HSTS; Turnstile opens the policy for its own site only', async () => {
  const context = { ...bindings, ...index, TURNSTILE_SITE_KEY: 'key' };
  const { app } = await import('../../worker/app');
  const reply = await app.fetch(new Request('https://edge.test/'), context);
  expect(reply.headers.get('strict-transport-security')).toBe('max-age=31536000');
  expect(reply.headers.get('content-security-policy')).toBe(pagePolicy(true));
  expect(reply.headers.get('cross-origin-embedder-policy')).toBeNull();
  expect(pagePolicy(true)).toContain("script-src 'self' https://challenges.cloudflare.com;");
});

test('the hashed files of the build, which the worker never sees, carry the same policy', () => {
  expect(staticHeaders).toContain(`Content-Security-Policy: ${pagePolicy(false)}`);
  expect(staticHeaders).toContain('Cross-Origin-Embedder-Policy: require-corp');
});
