import { posix } from 'node:path';

// The rules of the tree, as functions from files (path in the repository → text) to complaints. An empty list is good.
export type Files = ReadonlyMap<string, string>;

interface Import {
  /** A path in the repository without its `?raw`, or a package's name. */
  target: string;
  relative: boolean;
  /** How the file is reached: an import of values, of types alone, or a URL that another thread or fetch loads. */
  kind: 'import' | 'type' | 'url';
}

// What each layer may import of ours. A path that ends in .ts is that one file; models/ holds trained weights, no code.
const mayImport: Record<string, string[]> = {
  'src/runtime': ['src/runtime', 'shaders'],
  'src/imaging': ['src/imaging'],
  'src/models': ['src/models', 'src/runtime', 'shaders', 'src/imaging/half.ts', 'src/imaging/bad_input.ts'],
  'src/training': ['src/training', 'src/models', 'src/runtime', 'src/imaging', 'shaders', 'models'],
  'src/wire': ['src/wire'],
  'src/ui': [
    'src/ui',
    'src/imaging',
    'src/wire',
    'src/training/messages.ts',
    'src/training/worker_client.ts',
    'src/bench/messages.ts',
    'src/bench/thread_client.ts',
    'models',
  ],
  'src/cli': [
    'src/cli',
    'src/bench',
    'src/experiments',
    'src/training',
    'src/models',
    'src/runtime',
    'src/imaging',
    'src/wire',
    'models',
  ],
  'src/bench': ['src/bench', 'src/training', 'src/models', 'src/runtime', 'src/imaging', 'shaders'],
  'src/experiments': ['src/experiments', 'src/training', 'src/models', 'src/runtime', 'src/imaging', 'models'],
  worker: ['worker', 'src/wire'],
};
// What also runs in a page, or at the edge, must not need Node; only these layers run in Node alone.
const nodeLayers = ['src/cli', 'src/experiments'];

const typesAlone = /^\s*(?:import|export)\s+type\b|^\s*(?:import|export)\s*\{(?:\s*type\s+[^,}]+,?)+\s*\}/;

export function importsOf(path: string, text: string): Import[] {
  const patterns: [RegExp, Import['kind']][] = [
    [/^[ \t]*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm, 'import'],
    [/^[ \t]*import\s*['"]([^'"]+)['"]/gm, 'import'],
    [/\bimport\s*\(\s*['"]([^'"]+)['"]/g, 'import'],
    [/\bnew URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url/g, 'url'],
  ];
  return patterns.flatMap(([pattern, kind]) =>
    [...text.matchAll(pattern)].map(([whole, written]) => {
      const specifier = written.replace(/\?\w+$/, '');
      const relative = specifier.startsWith('.');
      const target = relative ? posix.join(posix.dirname(path), specifier) : specifier;
      return { target, relative, kind: typesAlone.test(whole) ? 'type' : kind };
    }),
  );
}

export function layerBreaks(files: Files): string[] {
  const complaints: string[] = [];
  for (const [path, text] of files) {
    const layer = Object.keys(mayImport).find((folder) => within(path, folder));
    if (!layer) continue;
    for (const { target, relative } of importsOf(path, text)) {
      const allowed = relative
        ? mayImport[layer].some((place) => within(target, place) || `${target}.ts` === place)
        : !target.startsWith('node:') || nodeLayers.includes(layer);
      if (!allowed) complaints.push(`${path} imports ${target}: ${layer} may not`);
    }
  }
  return complaints;
}

export function importsOfTests(files: Files): string[] {
  return [...files]
    .filter(([path]) => !within(path, 'tests'))
    .flatMap(([path, text]) =>
      importsOf(path, text)
        .filter(({ target }) => within(target, 'tests'))
        .map(({ target }) => `${path} imports ${target}`),
    );
}

/** The page leaves the GPU to the training thread; everything but the page leaves the document to the page. */
export function hostBreaks(files: Files): string[] {
  const page = /\bdocument\.(?:create|query|get|title|body)|\bwindow\.(?:location|document|addEventListener|inner)/;
  const complaints: string[] = [];
  for (const [path, text] of files) {
    const code = withoutComments(text);
    if (within(path, 'src/ui') && /\bnavigator\.gpu\b|\bGPU[A-Z]\w+/.test(code))
      complaints.push(`${path} calls the GPU`);
    if (within(path, 'src') && !within(path, 'src/ui') && page.test(code)) {
      complaints.push(`${path} touches the page`);
    }
  }
  return complaints;
}

/**
 * Files that need each other's values in a ring, each ring once, as `a → b → a`. Types may name each other: nothing of
 * them is left when the program runs.
 */
export function cycles(files: Files): string[] {
  const rings = new Set<string>();
  const finished = new Set<string>();
  const visit = (path: string, trail: string[]) => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      const ring = trail.slice(start);
      const first = ring.indexOf([...ring].sort()[0]);
      rings.add([...ring.slice(first), ...ring.slice(0, first), ring[first]].join(' → '));
      return;
    }
    if (finished.has(path)) return;
    for (const { target, relative, kind } of importsOf(path, files.get(path) ?? '')) {
      const file = relative && kind === 'import' ? resolved(target, files) : undefined;
      if (file) visit(file, [...trail, path]);
    }
    finished.add(path);
  };
  for (const path of files.keys()) visit(path, []);
  return [...rings];
}

export function longFiles(files: Files, limit: number): string[] {
  return [...files]
    .map(([path, text]) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > limit)
    .map(({ path, lines }) => `${path} has ${lines} lines`);
}

/** Names that say nothing of what a file is about. */
export function vagueNames(paths: Iterable<string>): string[] {
  return [...paths].filter((path) =>
    path.split('/').some((part) => /^(?:utils?|helpers?|types|misc|common)(?:\.|$)|_v\d+\./.test(part)),
  );
}

export function looseEnds(files: Files): string[] {
  const rules: [RegExp, string, (text: string) => string][] = [
    // Not `a ? b : any` and `{ a: any }`, where it may be a value; the linter knows which.
    [/(?:[\w)\]?]:|\bas|<|\||&|,)\s*any\b(?!['"]|\s*\})/, 'uses any', withoutCommentsAndStrings],
    [/\bcatch\s*(?:\([^)]*\)\s*)?\{\s*\}/, 'swallows an error', withoutComments],
    [/\b(?:TODO|FIXME|XXX)\b/, 'puts something off', (text) => text],
    [/@ts-(?:ignore|nocheck|expect-error)/, 'silences the compiler', (text) => text],
  ];
  return [...files].flatMap(([path, text]) =>
    rules.filter(([pattern, , view]) => pattern.test(view(text))).map(([, complaint]) => `${path} ${complaint}`),
  );
}

/** Files that hold a string which is nobody's business outside the machine it was written on. */
export function forbiddenStrings(files: Files, forbidden: readonly RegExp[]): string[] {
  return [...files].flatMap(([path, text]) =>
    forbidden.filter((pattern) => pattern.test(text)).map((pattern) => `${path} holds ${pattern}`),
  );
}

function within(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

function resolved(target: string, files: Files): string | undefined {
  return [target, `${target}.ts`, `${target}/index.ts`, `${target}.mjs`].find((path) => files.has(path));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}

function withoutCommentsAndStrings(text: string): string {
  return withoutComments(text).replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''");
}
