import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasBundledBrowser } from '../../scripts/bundled_browser.mjs';
import { vulkanEnvironment } from '../../scripts/vulkan_driver.mjs';

describe.runIf(process.platform === 'linux')('the Vulkan driver for Dawn on Linux', () => {
  test.each(['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'])('is the one that %s names', async (name) => {
    const { env, driver } = await vulkanEnvironment({ [name]: '/opt/driver.json' });
    expect(driver).toBe('/opt/driver.json');
    expect(env).not.toHaveProperty('VK_DRIVER_FILES');
  });

  test.runIf(hasBundledBrowser())('comes from npm where no browser may be used', async () => {
    const { env } = await vulkanEnvironment({ MENDSCOPE_SOFTWARE_GPU: '1', MENDSCOPE_IGNORE_SYSTEM_BROWSER: '1' });
    expect(env.VK_DRIVER_FILES).toContain(join('node_modules', '.cache', 'mendscope', 'swiftshader-'));
    expect(env.VK_DRIVER_FILES).toSatisfy(existsSync);
    expect(join(env.LD_LIBRARY_PATH, 'libvulkan.so.1')).toSatisfy(existsSync);
  });

  test('keeps the library path that was there', async () => {
    const { env } = await vulkanEnvironment({ MENDSCOPE_SOFTWARE_GPU: '1', LD_LIBRARY_PATH: '/opt/lib' });
    if (env.LD_LIBRARY_PATH) expect(env.LD_LIBRARY_PATH).toMatch(/:\/opt\/lib$/);
  });
});
