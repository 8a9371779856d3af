import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  cycles,
  type Files,
  forbiddenStrings,
  hostBreaks,
  importsOf,
  importsOfTests,
  layerBreaks,
  longFiles,
  looseEnds,
  vagueNames,
} from './tree_rules';

const root = fileURLToPath(new URL('..', import.meta.url));
const listing = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
const paths = listing
  .toString()
  .split('\0')
  .filter((path) => path !== '' && existsSync(root + path));
const texts = read(paths.filter((path) => /\.(?:ts|mjs|wgsl|css|html|json|toml|md|py|sql|yml)$|^\.ci\//.test(path)));
const code = only(texts, /^(?:src|worker|shaders|scripts|tests)\/.*\.(?:ts|mjs|wgsl|py)$|^[^/]+\.ts$/);
const typescript = only(code, /\.(?:ts|mjs)$/);
// These two name what they forbid.
const withoutThisTest = except(texts, ['tests/layers.test.ts', 'tests/tree_rules.ts', 'package-lock.json']);

const lineLimit = 600;
const megabyteLimit = 30;
const nobodysBusiness = [
  /(?:^|[^\w.])\/work\//,
  /\/tmp\/w\//,
  /shared\/gpu/,
  /registry\.npmjs/,
  /pypi\.org/,
  /pythonhosted/,
];

test('no layer imports one above or beside it', () => {
  expect(layerBreaks(typescript)).toEqual([]);
});

test('nothing imports tests', () => {
  expect(importsOfTests(typescript)).toEqual([]);
});

test('the page calls no GPU, and nothing but the page touches the document', () => {
  expect(hostBreaks(typescript)).toEqual([]);
});

test('no files import each other in a ring', () => {
  expect(cycles(typescript)).toEqual([]);
});

test(`no file is longer than ${lineLimit} lines`, () => {
  expect(longFiles(code, lineLimit)).toEqual([]);
});

test('every name says what its file is about', () => {
  expect(vagueNames(code.keys())).toEqual([]);
});

test('no any, nothing put off, no compiler silenced, no error swallowed', () => {
  expect(looseEnds(except(code, ['tests/layers.test.ts', 'tests/tree_rules.ts']))).toEqual([]);
});

test('no path or host of the machine it was written on', () => {
  expect(forbiddenStrings(withoutThisTest, nobodysBusiness)).toEqual([]);
  expect(forbiddenStrings(except(withoutThisTest, ['.ci/run']), [/\.\.\/shared/])).toEqual([]);
});

test(`the tracked tree is under ${megabyteLimit} MB`, () => {
  const bytes = paths.reduce((sum, path) => sum + statSync(root + path).size, 0);
  expect(bytes / 1e6).toBeLessThan(megabyteLimit);
});

test('the rules look at the whole tree', () => {
  expect([...typescript.keys()]).toEqual(expect.arrayContaining(['tests/layers.test.ts', 'scripts/test.mjs']));
  const imports = importsOf('scripts/test.mjs', texts.get('scripts/test.mjs') ?? '');
  expect(imports.map(({ target }) => target)).toContain('scripts/child.mjs');
});

// Each rule on a small tree that breaks it, beside one that keeps it.

test('imports are found however they are written', () => {
  const text = [
    "import { a } from './a';",
    "import type { B } from '../imaging/b';",
    "export {\n  c,\n  d,\n} from './deep/c';",
    "import './side_effect';",
    "import shader from '../../shaders/conv2d.wgsl?raw';",
    "  const e = await import('./e');",
    "new Worker(new URL('./thread.ts', import.meta.url), { type: 'module' });",
    "import { html } from 'lit';",
    "// import { no } from './comment';",
  ].join('\n');
  expect(importsOf('src/ui/page.ts', text).map(({ target, kind }) => `${kind} ${target}`)).toEqual([
    'import src/ui/a',
    'type src/imaging/b',
    'import src/ui/deep/c',
    'import shaders/conv2d.wgsl',
    'import lit',
    'import src/ui/side_effect',
    'import src/ui/e',
    'url src/ui/thread.ts',
  ]);
});

test.each([
  ['src/runtime/graph.ts', '../models/layers'],
  ['src/imaging/tiff.ts', '../runtime'],
  ['src/imaging/tiff.ts', 'node:fs'],
  ['src/models/critic.ts', '../imaging/image'],
  ['src/models/critic.ts', '../training/care'],
  ['src/training/care.ts', '../ui/app'],
  ['src/ui/app.ts', '../training/session'],
  ['src/ui/app.ts', '../runtime'],
  ['src/wire/model.ts', '../imaging/image'],
  ['worker/main.ts', '../src/imaging/image'],
  ['src/cli/main.ts', '../ui/app'],
])('%s may not import %s', (path, specifier) => {
  expect(layerBreaks(tree({ [path]: `import { a } from '${specifier}';` }))).toHaveLength(1);
});

test.each([
  ['src/runtime/ops/conv2d.ts', '../../../shaders/conv2d.wgsl?raw'],
  ['src/models/critic.ts', '../runtime'],
  ['src/training/care.ts', '../imaging/image'],
  ['src/ui/app.ts', '../training/messages'],
  ['src/ui/app.ts', '../training/worker_client'],
  ['src/ui/app.ts', 'lit'],
  ['worker/main.ts', '../src/wire/limits'],
  ['src/cli/main.ts', 'node:fs'],
])('%s may import %s', (path, specifier) => {
  expect(layerBreaks(tree({ [path]: `import { a } from '${specifier}';` }))).toEqual([]);
});

test('an import of tests is found', () => {
  expect(importsOfTests(tree({ 'src/runtime/a.ts': "import { b } from '../../tests/b';" }))).toEqual([
    'src/runtime/a.ts imports tests/b',
  ]);
});

test('a GPU call in the page and a document in the engine are found', () => {
  const page = 'const adapter = await navigator.gpu.requestAdapter();';
  expect(hostBreaks(tree({ 'src/ui/a.ts': page, 'src/runtime/a.ts': page }))).toEqual(['src/ui/a.ts calls the GPU']);
  const title = "document.title = 'x';";
  expect(hostBreaks(tree({ 'src/ui/a.ts': title, 'src/runtime/a.ts': title }))).toEqual([
    'src/runtime/a.ts touches the page',
  ]);
});

test('a ring is found once, and types alone make none', () => {
  const ring = {
    'src/runtime/a.ts': "import { b } from './b';",
    'src/runtime/b.ts': "import { type C, d } from './ops';",
    'src/runtime/ops/index.ts': "export { a } from '../a';",
    'src/runtime/other.ts': "import { a } from './a';",
  };
  expect(cycles(tree(ring))).toEqual([
    'src/runtime/a.ts → src/runtime/b.ts → src/runtime/ops/index.ts → src/runtime/a.ts',
  ]);
  for (const harmless of ["import type { C } from './ops';", "import { type C, type D } from './ops';", '']) {
    expect(cycles(tree({ ...ring, 'src/runtime/b.ts': harmless }))).toEqual([]);
  }
});

test('a long file is found', () => {
  const files = tree({ 'a.ts': 'x\n'.repeat(601), 'b.ts': 'x\n'.repeat(600) });
  expect(longFiles(files, 600)).toEqual(['a.ts has 601 lines']);
});

test('vague names are found', () => {
  const names = ['src/utils.ts', 'src/helpers/a.ts', 'src/ui/types.ts', 'src/conv_v2.ts', 'src/sample_types.ts'];
  expect(vagueNames(names)).toEqual(names.slice(0, 4));
});

test.each([
  ['const a: any = 1;', 'uses any'],
  ['const a = b as any;', 'uses any'],
  ['const a: Map<string, any> = b;', 'uses any'],
  ['// TODO: later', 'puts something off'],
  ['// @ts-ignore', 'silences the compiler'],
  ['try { a(); } catch {}', 'swallows an error'],
  ['try { a(); } catch (error) {\n}', 'swallows an error'],
])('%j is found', (text, complaint) => {
  expect(looseEnds(tree({ 'a.ts': text }))).toEqual([`a.ts ${complaint}`]);
});

test.each([
  "const text = ': any image';",
  '/** as any image is */',
  '// of size: any',
  'known ? one : any;',
  'catch { return undefined; }',
])('%j is let be', (text) => {
  expect(looseEnds(tree({ 'a.ts': text }))).toEqual([]);
});

test.each(["read('/work/x')", 'https://registry.npmjs.org/a', 'pip install -i https://pypi.org/simple'])(
  '%j is found',
  (text) => {
    expect(forbiddenStrings(tree({ 'a.md': text }), nobodysBusiness)).toHaveLength(1);
  },
);

function tree(files: Record<string, string>): Files {
  return new Map(Object.entries(files));
}

function read(wanted: string[]): Files {
  return new Map(wanted.map((path) => [path, readFileSync(root + path, 'utf8')]));
}

function only(files: Files, pattern: RegExp): Files {
  return new Map([...files].filter(([path]) => pattern.test(path)));
}

function except(files: Files, names: string[]): Files {
  return new Map([...files].filter(([path]) => !names.includes(path)));
}
