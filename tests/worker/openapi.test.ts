import { expect, test } from 'vitest';
import { app } from '../../worker/app';
import { ask } from './edge';

interface Description {
  openapi: string;
  paths: Record<string, Record<string, { summary?: string; responses: Record<string, unknown> }>>;
  components: { schemas: Record<string, unknown> };
}

const describe = async () => (await ask('/api/openapi.json')).json<Description>();

test('every route of the API is described, and nothing else', async () => {
  const { openapi, paths } = await describe();
  expect(openapi).toBe('3.1.0');
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes = app.routes
    .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/') && path !== '/api/openapi.json')
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  expect(described.toSorted()).toEqual([...new Set(routes)].toSorted());
});

test('each operation says what it does and refuses with the one shape; every reference leads somewhere', async () => {
  const text = await (await ask('/api/openapi.json')).text();
  const { paths, components } = JSON.parse(text) as Description;
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { summary, responses }] of Object.entries(methods)) {
      expect([path, method, typeof summary]).toEqual([path, method, 'string']);
      const refusals = Object.entries(responses).filter(([status]) => Number(status) >= 400);
      expect(refusals.length).toBeGreaterThan(0);
      for (const [, reply] of refusals) expect(JSON.stringify(reply)).toContain('#/components/schemas/Refusal');
    }
  }
  for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g))
    expect(components.schemas).toHaveProperty(name);
});

test('the page shows every operation, without a script', async () => {
  const { paths } = await describe();
  const page = await (await ask('/docs')).text();
  expect(page).not.toMatch(/<script|onclick|style=/);
  for (const path of Object.keys(paths)) expect(page).toContain(path);
});

test('the privacy page is there and names the operator', async () => {
  const page = await (await ask('/privacy', {}, { OPERATOR_CONTACT: 'lab@example.org <b>' })).text();
  expect(page).toContain('lab@example.org &lt;b&gt;');
  expect(page).not.toMatch(/<script|style=/);
});
