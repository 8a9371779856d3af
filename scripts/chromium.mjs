// Finds a Chromium in which WebGPU works, and the flags to start it with.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundledBrowserFolder, hasBundledBrowser } from './bundled_browser.mjs';

const installedBrowsers = {
  linux: [
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    '/opt/google/chrome/chrome',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
    .filter(Boolean)
    .map((folder) => join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe')),
};

/**
 * Where the browser is, its flags, and the environment it needs.
 * Order: $CHROME_PATH; an installed Chrome or Chromium (unless MENDSCOPE_IGNORE_SYSTEM_BROWSER is set); the one from
 * npm. WebGPU runs on SwiftShader unless MENDSCOPE_BROWSER_GPU=1 allows the machine's own GPU.
 */
export async function findChromium(environment = process.env) {
  const args = ['--enable-unsafe-webgpu', ...quiet, ...sandbox()];
  if (!environment.MENDSCOPE_BROWSER_GPU) args.push('--use-webgpu-adapter=swiftshader');

  const chosen = environment.CHROME_PATH;
  if (chosen) {
    if (!existsSync(chosen)) throw new Error(`CHROME_PATH names ${chosen}, which does not exist: correct or unset it`);
    return { executablePath: chosen, args, env: environment };
  }
  const candidates = environment.MENDSCOPE_IGNORE_SYSTEM_BROWSER ? [] : (installedBrowsers[process.platform] ?? []);
  const installed = candidates.find((path) => existsSync(path));
  if (installed) return { executablePath: installed, args, env: environment };
  if (hasBundledBrowser()) {
    const folder = await bundledBrowserFolder();
    const executablePath = join(folder, 'chromium');
    return {
      executablePath,
      args: [...args, '--headless'],
      env: bundledEnvironment(folder, executablePath, environment),
    };
  }
  throw new Error('No Chrome or Chromium was found: install one, or set CHROME_PATH to its executable');
}

const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--no-default-browser-check',
];

// Chromium refuses to sandbox for root, which is what most containers run as.
function sandbox() {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}

// Its own libraries (nss and others) are used only where the system lacks them.
function bundledEnvironment(folder, executablePath, environment) {
  const linked = execFileSync('ldd', [executablePath], { encoding: 'utf8' });
  const libraries = linked.includes('not found') ? [join(folder, 'lib')] : [];
  const path = [folder, ...libraries, environment.LD_LIBRARY_PATH].filter(Boolean).join(':');
  // Without a language it tells pages 'en-US@posix', which Intl refuses.
  const LANG = /^[a-z]{2}_[A-Z]{2}/.test(environment.LANG ?? '') ? environment.LANG : 'en_US.UTF-8';
  return { ...environment, LANG, LD_LIBRARY_PATH: path, FONTCONFIG_PATH: environment.FONTCONFIG_PATH ?? folder };
}
