import { Hono } from 'hono';
import { html, raw } from 'hono/html';
import { generateSpecs } from 'hono-openapi';
import type { OpenAPIV3_1 } from 'openapi-types';
import { document } from './document';
import type { Edge } from './environment';
import { rateLimit } from './rate_limit';

type Described = Awaited<ReturnType<typeof generateSpecs>>;

const TAGS = [
  { name: 'blobs', description: 'Bytes under their SHA-256. Upload these first.' },
  { name: 'versions', description: 'Models, data sets and results. A version never changes.' },
  { name: 'collections', description: 'The versions of one thing, and the edit token that adds to them.' },
  { name: 'gallery', description: 'What its owners chose to show.' },
  { name: 'operator', description: 'For whoever runs the store.' },
  { name: 'service', description: 'Health and limits.' },
];

/** The description of the API, and the page that shows it: both come from the validators the routes run. */
export function documentation(api: Hono<Edge>) {
  let described: Promise<Described> | undefined;
  const describe = () => {
    described ??= generateSpecs(api, {
      documentation: {
        info: {
          title: 'mendscope edge',
          version: '1',
          description: 'A store for models, data sets and results, and links to them that never change what they show.',
        },
        tags: TAGS,
        components: {
          securitySchemes: {
            editToken: { type: 'http', scheme: 'bearer', description: 'from the edit link, after #edit=' },
            operatorToken: { type: 'http', scheme: 'bearer', description: 'the secret OPERATOR_TOKEN' },
          },
        },
      },
      defaultValidationErrorResponse: false,
    });
    return described;
  };
  return new Hono<Edge>()
    .get('/api/openapi.json', rateLimit('RATE_READ'), async (c) =>
      c.json(await describe(), 200, { 'cache-control': 'public, max-age=300' }),
    )
    .get('/docs', rateLimit('RATE_READ'), async (c) => c.html(page(await describe())));
}

function page({ info, tags = [], paths, components }: Described) {
  const operations = Object.entries(paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, OpenAPIV3_1.OperationObject>).map(([method, operation]) => ({
      path,
      method,
      operation,
    })),
  );
  const schemas = Object.entries((components?.schemas ?? {}) as Record<string, unknown>);
  return document(
    'API',
    html`<h1>${info.title}</h1>
      <p>${info.description} The same as <a href="/api/openapi.json">OpenAPI 3.1</a>.</p>
      <p>Every refusal is JSON: <code>{"error", "what", "fix"}</code>. Bodies need a Content-Length.</p>
      ${tags.map(
        (tag) => html`<h2>${tag.name}</h2>
          <p>${tag.description ?? ''}</p>
          ${operations.filter(({ operation }) => operation.tags?.includes(tag.name)).map(section)}`,
      )}
      <h2>Shapes</h2>
      ${schemas.map(
        ([name, schema]) => html`<details id="${name}"><summary>${name}</summary><pre>${json(schema)}</pre></details>`,
      )}`,
  );
}

interface Section {
  path: string;
  method: string;
  operation: OpenAPIV3_1.OperationObject;
}

function section({ path, method, operation }: Section) {
  const { summary = '', description = '', parameters = [], responses = {}, requestBody, security } = operation;
  const inputs = (parameters as OpenAPIV3_1.ParameterObject[]).map(({ name, in: place, required }) =>
    required ? `${name} (${place})` : `${name} (${place}, optional)`,
  );
  return html`<section>
    <h3><code>${method.toUpperCase()} ${path}</code></h3>
    <p>${summary}. ${description}</p>
    <ul>
      ${security?.length ? html`<li>Token: ${Object.keys(security[0]).join()}</li>` : ''}
      ${inputs.length > 0 ? html`<li>Parameters: ${inputs.join(', ')}</li>` : ''}
      ${requestBody ? html`<li>Body: ${bodyOf(requestBody as OpenAPIV3_1.RequestBodyObject)}</li>` : ''}
      ${Object.entries(responses).map(
        ([status, response]) =>
          html`<li>${status}: ${(response as OpenAPIV3_1.ResponseObject).description}${replyOf(response as OpenAPIV3_1.ResponseObject)}</li>`,
      )}
    </ul>
  </section>`;
}

function bodyOf({ content }: OpenAPIV3_1.RequestBodyObject) {
  return Object.entries(content).map(([media, { schema }]) => html`${media} ${link(schema)}`);
}

function replyOf({ content }: OpenAPIV3_1.ResponseObject) {
  return Object.values(content ?? {}).map(({ schema }) => html`: ${link(schema)}`);
}

function link(schema: unknown) {
  const name = (schema as { $ref?: string } | undefined)?.$ref?.split('/').pop();
  return name ? html`<a href="#${name}">${name}</a>` : raw('');
}

const json = (value: unknown): string => JSON.stringify(value, null, 1);
