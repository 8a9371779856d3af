/** What the tests of one file share: the app on a store of its own, a folder, and browsers that end with them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll } from 'vitest';
import { type App, startApp } from './app';
import { AppPage } from './app_page';
import { launchBrowser } from './browser';

export interface Site {
  /** Where the page is, with a slash at the end. */
  readonly url: string;
  readonly folder: string;
  /** A page in a browser of its own, with a folder of its own for what it saves; the app's first page where no url is given. */
  open(url?: string, options?: Parameters<typeof launchBrowser>[0]): Promise<AppPage>;
}

/** Call it at the top of a test file: it is there before the file's own `beforeAll`. */
export function servedSite(): Site {
  let folder = '';
  let app: App | undefined;
  const browsers: Browser[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mendscope-e2e-'));
    app = await startApp();
  }, 300_000);
  afterAll(async () => {
    await Promise.all(browsers.map((browser) => browser.close()));
    await app?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const url = (): string => {
    if (!app) throw new Error('the app is not there yet; use it in a test or in beforeAll');
    return app.url;
  };
  return {
    get url() {
      return url();
    },
    get folder() {
      return folder;
    },
    async open(at = url(), options = {}) {
      const browser = await launchBrowser(options);
      browsers.push(browser);
      return AppPage.open(browser, at, join(folder, String(browsers.length)));
    },
  };
}
