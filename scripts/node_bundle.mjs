// Bundles TypeScript that runs in Node: our own sources in one file, packages left to Node, `?raw` files as text.
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isStale } from './freshness.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// What Vite does with `import text from './file.wgsl?raw'`.
const rawText = {
  name: 'raw-text',
  setup(build) {
    build.onResolve({ filter: /\?raw$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice(0, -'?raw'.length)),
      namespace: 'raw-text',
    }));
    build.onLoad({ filter: /.*/, namespace: 'raw-text' }, async ({ path }) => ({
      contents: await readFile(path, 'utf8'),
      loader: 'text',
      watchFiles: [path],
    }));
  },
};

/** Bundles `entry` into `outfile` (both relative to the repository) unless nothing it could contain has changed. */
export async function bundleForNode(entry, outfile) {
  const output = join(root, outfile);
  const sources = ['src', 'shaders', 'package.json', entry, dirname(fileURLToPath(import.meta.url))];
  if (
    isStale(
      output,
      sources.map((source) => resolve(root, source)),
    )
  ) {
    const { build } = await import('esbuild');
    await build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: output,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      sourcemap: 'linked',
      plugins: [rawText],
      logLevel: 'warning',
    });
  }
  return output;
}

/** The text of one module for a page, with everything that `entry` imports, packages from `nodePaths` too. */
export async function bundleForBrowser(entry, nodePaths = []) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    nodePaths,
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    plugins: [rawText],
    logLevel: 'warning',
  });
  return outputFiles[0].text;
}
