/**
 * Requests made from the API's own description: none may fail inside, none may tell what is inside. 1,000 in
 * `npm test`; `npm run edge:fuzz` sends 5,000.
 */
import { env } from 'cloudflare:workers';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/wire/digest';
import { refusalSchema } from '../../src/wire/refusal';
import { ask, bindings, client, png, safetensors, tiff } from './edge';
import { bodyNear, type Context, type JsonSchema, nastyText, valuesOf } from './schema_arbitrary';

const REQUESTS = Number((env as { FUZZ_REQUESTS?: string }).FUZZ_REQUESTS ?? 1000);
const SEED = 20191031;
const LEAK =
  /SQLITE|D1_|sqlite|\.ts\b|node_modules|stack|at async|TypeError|ReferenceError|undefined|\[object|token_hash/;

interface Parameter {
  in: 'path' | 'query';
  name: string;
  required?: boolean;
  schema: JsonSchema;
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, unknown>;
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
}

interface Shot {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string | undefined;
}

async function seedStore() {
  const edge = client();
  const cover = png(6, 6, 6);
  const weights = safetensors(30, 0.1);
  const image = tiff(6, 5, 4);
  const hashes = await Promise.all([weights, image, cover].map((bytes) => sha256(bytes)));
  const model = await edge.publishModel(weights, { title: 'Fuzzed', listed: true, cover });
  const set = await edge.publishDataset({
    title: 'Fuzzed set',
    tasks: [{ name: 'noise', axial: false }],
    files: [{ path: 'a.tif', role: 'clean', content: image }],
  });
  const [, hash] = hashes;
  const file = { path: 'b.tif', role: 'clean', sha256: hash, bytes: image.length };
  const named = { title: 'Named', description: 'Twice' };
  const tasks = [{ name: 'noise', axial: false }];
  return {
    drafts: {
      DraftFile: [file, { ...file, path: 'c.tif', role: 'restored' }, { ...file, role: 'defective', task: 'noise' }],
      ModelDraft: [{ ...named, file: { path: 'm', sha256: hashes[0], bytes: weights.length } }],
      DatasetDraft: [{ ...named, tasks, files: [file] }],
      ResultDraft: [
        { ...named, model: model.id, processing: { task: 'noise' }, files: [{ ...file, role: 'restored' }] },
      ],
      Time: ['2099-01-01T00:00:00.000Z'],
    },
    ids: [model.id, set.id, model.collection, set.collection],
    hashes,
    tokens: [model.editToken as string, set.editToken as string, 'x'.repeat(43)],
  };
}

function headersFor(tokens: string[]): fc.Arbitrary<Record<string, string>> {
  const optional = { requiredKeys: [] as [] };
  const tag = fc.constantFrom('*', '"r1"', '"r2"', 'W/"x"', '', '"');
  return fc.record(
    {
      authorization: fc.constantFrom(...tokens.map((token) => `Bearer ${token}`), 'Basic YTpi', 'Bearer', 'Bearer  '),
      'if-match': tag,
      'if-none-match': tag,
      range: fc.constantFrom(
        'bytes=0-3',
        'bytes=-1',
        'bytes=9999999-',
        'bytes=5-1',
        'bytes=',
        'x',
        `bytes=0-${'9'.repeat(30)}`,
      ),
      'content-type': fc.constantFrom(
        'application/json',
        'text/html',
        'application/json; charset=utf-7',
        'multipart/form-data',
      ),
      origin: fc.constantFrom('https://evil.example', 'null'),
    },
    optional,
  );
}

function shotsOf(
  path: string,
  method: string,
  operation: Operation,
  context: Context,
  tokens: string[],
): fc.Arbitrary<Shot> {
  const { parameters = [], requestBody } = operation;
  const value = (parameter: Parameter) =>
    fc.oneof(
      { weight: 6, arbitrary: valuesOf(parameter.schema, context).map(String) },
      { weight: 1, arbitrary: nastyText },
    );
  const named = (place: Parameter['in']) => parameters.filter((parameter) => parameter.in === place);
  const inPath = fc.record(Object.fromEntries(named('path').map((each) => [each.name, value(each)])));
  const inQuery = fc.record(Object.fromEntries(named('query').map((each) => [each.name, value(each)])), {
    requiredKeys: [],
  });
  const json = requestBody?.content['application/json']?.schema;
  const bytes = fc
    .constantFrom('', 'II*\0', '\x89PNG\r\n\x1a\n', 'PK\x03\x04', '\x93NUMPY', 'plain')
    .chain((head) => fc.string({ maxLength: 60 }).map((rest) => head + rest));
  const body = json ? bodyNear(json, context) : requestBody ? bytes : fc.constant(undefined);
  return fc.tuple(inPath, inQuery, headersFor(tokens), body).map(([inside, query, headers, text]) => ({
    method: method.toUpperCase(),
    path: path.replace(/{(\w+)}/g, (_, name) =>
      encodeURIComponent(wellFormed((inside as Record<string, string>)[name])),
    ),
    query: query as Record<string, string>,
    headers: text === undefined ? headers : { 'content-type': 'application/json', ...headers },
    body: text,
  }));
}

/** A lone surrogate cannot stand in an address. */
const wellFormed = (text: string): string => new TextDecoder().decode(new TextEncoder().encode(text));

async function fire({ method, path, query, headers, body }: Shot): Promise<Response> {
  return ask(`${path}?${new URLSearchParams(query)}`, { method, headers, ...(body === undefined ? {} : { body }) });
}

test(`${REQUESTS} requests from the description: no 5xx, one shape of refusal, nothing of the inside`, {
  timeout: 120_000,
}, async () => {
  const { paths, components } = await (await ask('/api/openapi.json')).json<Description>();
  const { ids, hashes, drafts, tokens } = await seedStore();
  const context = { schemas: components.schemas, known: { Id: ids, Sha256: hashes, ...drafts } };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const shots = fc.oneof(
    ...operations.map(({ path, method, operation }) =>
      shotsOf(path, method, operation, context, tokens).map((shot) => ({
        shot,
        documented: Object.keys(operation.responses),
      })),
    ),
  );
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(shots, async ({ shot, documented }) => {
      const reply = await fire(shot);
      const text = new TextDecoder().decode(await reply.arrayBuffer());
      seen.set(reply.status, (seen.get(reply.status) ?? 0) + 1);
      expect(reply.status).toBeLessThan(500);
      // An empty path segment is another route, or none.
      if (!shot.path.endsWith('/') && !shot.path.includes('//'))
        expect([...documented, '404']).toContain(String(reply.status));
      if (reply.status < 400) return;
      expect(v.is(refusalSchema, JSON.parse(text))).toBe(true);
      expect(text).not.toMatch(LEAK);
    }),
    { numRuns: REQUESTS, seed: SEED, endOnFailure: true },
  );
  console.info(
    `statuses: ${[...seen]
      .toSorted(([a], [b]) => a - b)
      .map(([status, n]) => `${status} × ${n}`)
      .join(', ')}`,
  );
  expect([...seen.values()].reduce((sum, n) => sum + n, 0)).toBe(REQUESTS);
  // Whatever was sent, every row still has its object.
  const { results } = await bindings.DB.prepare('SELECT object FROM blobs WHERE object IS NOT NULL').all<{
    object: string;
  }>();
  for (const { object } of results) expect(await bindings.BLOBS.head(object)).not.toBeNull();
});
