// Finds a Vulkan loader and driver for Dawn in Node on Linux. macOS has Metal and Windows has D3D: nothing to find.
// The environment it returns must be set before Node starts (LD_LIBRARY_PATH is read once), so launchers spawn Node.
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { bundledVulkanFolder, hasBundledBrowser } from './bundled_browser.mjs';

const icdFolders = ['/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/usr/share/vulkan/icd.d'];
const loaderFolders = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/lib',
  '/usr/local/lib',
];
const browserFolders = [
  '/usr/lib/chromium',
  '/usr/lib/chromium-browser',
  '/usr/lib64/chromium-browser',
  '/opt/google/chrome',
];
const softwareDriver = /lvp|lavapipe|swiftshader|mock/;

/**
 * The variables that let Dawn find an adapter, and in words which driver they lead to.
 * Order: the user's own VK_DRIVER_FILES or VK_ICD_FILENAMES; a real GPU's driver; the software driver in an installed
 * browser's folder; the software driver from npm; Mesa's software driver. MENDSCOPE_SOFTWARE_GPU=1 skips the real GPU,
 * MENDSCOPE_IGNORE_SYSTEM_BROWSER=1 the installed browser.
 */
export async function vulkanEnvironment(environment = process.env) {
  if (process.platform !== 'linux') return { env: {}, driver: 'the system’s' };

  const chosen = environment.VK_DRIVER_FILES ?? environment.VK_ICD_FILENAMES;
  if (chosen) return { env: await loaderFor(environment), driver: chosen };

  const installed = installedDrivers();
  const hardware = environment.MENDSCOPE_SOFTWARE_GPU ? [] : installed.filter(servesPresentHardware);
  if (hardware.length > 0) return withDriver(hardware.join(delimiter), await loaderFor(environment));

  const browser = environment.MENDSCOPE_IGNORE_SYSTEM_BROWSER ? undefined : browserFolders.find(hasSoftwareVulkan);
  const folder = browser ?? (hasBundledBrowser() ? await bundledVulkanFolder() : undefined);
  if (folder) return withDriver(join(folder, 'vk_swiftshader_icd.json'), libraryPath(folder, environment));

  const mesa = installed.filter((file) => /lvp|lavapipe/.test(file));
  if (mesa.length > 0) return withDriver(mesa.join(delimiter), await loaderFor(environment));
  return { env: {}, driver: 'none found: install Chromium, or a Vulkan driver with its loader (libvulkan1)' };
}

function withDriver(files, loader) {
  return { env: { ...loader, VK_DRIVER_FILES: files, VK_ICD_FILENAMES: files }, driver: files };
}

function installedDrivers() {
  return icdFolders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((file) => file.endsWith('.json') && !/i[3-6]86/.test(file));
}

// Distributions install every driver's json whether or not its hardware is there; the device files tell.
function servesPresentHardware(file) {
  if (softwareDriver.test(file)) return false;
  if (/nvidia/.test(file)) return existsSync('/dev/nvidiactl');
  if (/dzn/.test(file)) return existsSync('/dev/dxg');
  return existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
}

function hasSoftwareVulkan(folder) {
  return existsSync(join(folder, 'libvulkan.so.1')) && existsSync(join(folder, 'vk_swiftshader_icd.json'));
}

async function loaderFor(environment) {
  const known = [...loaderFolders, ...(environment.LD_LIBRARY_PATH ?? '').split(delimiter).filter(Boolean)];
  if (known.some((folder) => existsSync(join(folder, 'libvulkan.so.1')))) return {};
  const browser = environment.MENDSCOPE_IGNORE_SYSTEM_BROWSER ? undefined : browserFolders.find(hasSoftwareVulkan);
  if (browser) return libraryPath(browser, environment);
  return hasBundledBrowser() ? libraryPath(await bundledVulkanFolder(), environment) : {};
}

function libraryPath(folder, environment) {
  const rest = environment.LD_LIBRARY_PATH;
  return { LD_LIBRARY_PATH: rest ? folder + delimiter + rest : folder };
}
