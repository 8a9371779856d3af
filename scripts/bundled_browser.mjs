// The Chromium that npm brings along (@sparticuz/chromium, Linux x64): a headless browser with a software WebGPU
// adapter, used only where no browser is installed. Its archives are unpacked once, into node_modules/.cache.
import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const packageFolder = join(root, 'node_modules', '@sparticuz', 'chromium');
const unpackedOnThisPlatform = process.platform === 'linux' && process.arch === 'x64';

/** Is the optional package installed on a platform whose binaries it holds? */
export function hasBundledBrowser() {
  return unpackedOnThisPlatform && existsSync(join(packageFolder, 'bin', 'chromium.br'));
}

/** Folder with libvulkan.so.1, libvk_swiftshader.so and vk_swiftshader_icd.json. */
export function bundledVulkanFolder() {
  return unpackOnce('swiftshader', (folder) => unpackTar('swiftshader', folder));
}

/** Folder with the browser itself, the software Vulkan driver beside it, its fonts and its libraries. */
export function bundledBrowserFolder() {
  return unpackOnce('browser', async (folder) => {
    await unpackTar('swiftshader', folder);
    await unpackTar('fonts', folder);
    await unpackTar('al2023', folder);
    await pipeline(
      createReadStream(join(packageFolder, 'bin', 'chromium.br')),
      createBrotliDecompress(),
      createWriteStream(join(folder, 'chromium'), { mode: 0o755 }),
    );
    writeFileSync(join(folder, 'fonts.conf'), fontConfiguration);
  });
}

// The one in the archive names folders of another machine: no letter would be drawn.
const fontConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

// Unpacked beside its final place and renamed, so a run that is cut short or races another leaves nothing half-done.
async function unpackOnce(name, unpack) {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const folder = join(root, 'node_modules', '.cache', 'mendscope', `${name}-${version}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    await unpack(unfinished);
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

async function unpackTar(name, folder) {
  const archive = join(folder, `${name}.tar`);
  const packed = join(packageFolder, 'bin', `${name}.tar.br`);
  await pipeline(createReadStream(packed), createBrotliDecompress(), createWriteStream(archive));
  execFileSync('tar', ['-xf', archive, '-C', folder, '--no-same-owner']);
  rmSync(archive);
}
