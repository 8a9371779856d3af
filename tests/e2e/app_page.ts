import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, ElementHandle, Page, SerializedAXNode } from 'puppeteer-core';

const SECOND = 1000;

/** Losses of a run by phase and term, as the page's charts are given them. */
export type ShownLosses = Record<'cin-gan' | 'mend' | 'cgan', { steps: number[]; terms: Record<string, number[]> }>;

export interface SentRequest {
  url: string;
  /** Anything but a GET without a body. */
  uploads: boolean;
}

/** The app as somebody uses it who sees its buttons and fields, each by its `data-testid`. */
export class AppPage {
  /** What the console complained of, the page's own thread and its workers alike. */
  readonly complaints: string[] = [];
  /** What the page and its workers sent, in order. */
  readonly requests: SentRequest[] = [];

  private constructor(
    readonly page: Page,
    private readonly downloads: string,
  ) {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warn') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('request', (request) => this.sent(request.method(), request.url(), request.hasPostData()));
    page.on('workercreated', ({ client }) => {
      client.on('Network.requestWillBeSent', ({ request: { method, url, hasPostData } }) =>
        this.sent(method, url, hasPostData),
      );
      client.send('Network.enable').catch((error) => this.complaints.push(String(error)));
    });
  }

  /** @param downloads folder for what the page saves */
  static async open(browser: Browser, url: string, downloads: string): Promise<AppPage> {
    await mkdir(downloads, { recursive: true });
    const page = await browser.newPage();
    await page.setViewport({ width: 1440, height: 900 });
    const session = await page.createCDPSession();
    await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads });
    const app = new AppPage(page, downloads);
    await page.goto(url, { waitUntil: 'load' });
    return app;
  }

  async click(testid: string): Promise<void> {
    await this.clickOn(`${deep(testid)}:not([disabled])`);
  }

  async clickOn(selector: string): Promise<void> {
    await this.press(selector, 1);
  }

  /** Ticks a box by the keyboard: the middle of one with a hint is the hint. */
  async tick(testid: string): Promise<void> {
    const box = await this.find(deep(testid));
    await box.focus();
    await this.page.keyboard.press('Space');
    const checked = async () => ((await box.evaluate((one) => (one as HTMLInputElement).checked)) ? box : undefined);
    await until(checked, 10, `cannot tick ${testid}`);
  }

  /** Clicks as soon as the element holds still: one that unfolds or is drawn anew cannot be clicked for a moment. */
  private async press(selector: string, count: number): Promise<ElementHandle> {
    const attempt = async () => {
      const element = await this.find(selector, async (candidate) => candidate.isVisible());
      try {
        // Where it is only just in view, it may lie under the page's header.
        await element.evaluate((one) => one.scrollIntoView({ block: 'center', behavior: 'instant' }));
        // What moves on under the pointer is not what gets the click.
        if (!(await holdsStill(element))) return undefined;
        await element.click({ count });
        return element;
      } catch (error) {
        if (!/not clickable|detached/.test(String(error))) throw error;
        return undefined;
      }
    };
    return until(attempt, 30, `cannot click ${selector}`);
  }

  /** Presses the heading of a panel unless, and until, it stands open. */
  async unfold(testid: string): Promise<void> {
    const attempt = async () => {
      const panel = await this.find(deep(testid));
      if (await panel.evaluate((shown) => (shown as HTMLDetailsElement).open)) return true;
      await this.press(`${deep(testid)} >>> summary`, 1);
      return undefined;
    };
    await until(attempt, 30, `cannot unfold ${testid}`);
  }

  /** Types again where the field moved away under the click, as one does that is just unfolding. */
  async fill(testid: string, text: string | number): Promise<void> {
    const wanted = String(text);
    const attempt = async () => {
      const field = (await this.press(`${deep(testid)} >>> input`, 3)) as ElementHandle<HTMLInputElement>;
      await field.type(wanted);
      return (await field.evaluate((input) => input.value)) === wanted || undefined;
    };
    await until(attempt, 30, `cannot type '${wanted}' into ${testid}`);
  }

  async choose(testid: string, file: string): Promise<void> {
    const input = await this.find(deep(testid));
    await (input as ElementHandle<HTMLInputElement>).uploadFile(file);
  }

  /** Waits until an element with this test id, and these attributes, is there. */
  async see(testid: string, attributes: Record<string, string> = {}, seconds = 60): Promise<void> {
    const wanted = Object.entries(attributes).map(([name, value]) => `[${name}="${value}"]`);
    await this.find(deep(testid) + wanted.join(''), undefined, seconds);
  }

  /** The text somebody reads there. */
  async text(testid: string): Promise<string> {
    return (await this.find(deep(testid))).evaluate((shown) => (shown as HTMLElement).innerText);
  }

  async attribute(testid: string, name: string): Promise<string> {
    const element = await this.find(deep(testid));
    return (await element.evaluate((shown, attribute) => shown.getAttribute(attribute), name)) ?? '';
  }

  async count(selector: string): Promise<number> {
    return (await this.page.$$(`>>> ${selector}`)).length;
  }

  /** Waits for the run to end, and throws what the page shows where it ended by an error. */
  async trained(seconds: number): Promise<void> {
    const ended = ['finished', 'failed'].map((status) => `${deep('run')}[data-status="${status}"]`);
    const run = await this.find(ended.join(', '), undefined, seconds);
    const status = await run.evaluate((shown) => shown.getAttribute('data-status'));
    if (status === 'failed') throw new Error(await this.text('complaint'));
  }

  losses(): Promise<ShownLosses> {
    return this.page.$eval(
      'mend-app',
      (app) => (app as unknown as { state: { run: { losses: ShownLosses } } }).state.run.losses,
    );
  }

  /** Presses a button and waits for the file that it saves. */
  async download(testid: string, name: RegExp): Promise<Buffer> {
    await this.click(testid);
    const look = async () => (await readdir(this.downloads)).find((file) => name.test(file));
    return readFile(join(this.downloads, await until(look, 120, `'${testid}' saved no ${name}`)));
  }

  /** The same on another page of the app. */
  async downloadFrom(nav: string, testid: string, name: RegExp): Promise<Buffer> {
    await this.click(nav);
    return this.download(testid, name);
  }

  /** Asks again and again: Puppeteer's own waiting does not see what changes inside shadow roots. */
  private find(
    selector: string,
    suits: (candidate: ElementHandle<Element>) => Promise<boolean> = async () => true,
    seconds = 60,
  ): Promise<ElementHandle<Element>> {
    const look = async () => {
      for (const candidate of await this.page.$$(selector)) if (await suits(candidate)) return candidate;
      return undefined;
    };
    return until(look, seconds, `no ${selector}`).catch(async (error) => {
      throw new Error(`${error.message}; the page shows: ${await this.shown()}`);
    });
  }

  /** Everything on the page that has a name for a screen reader, in one line. */
  private async shown(): Promise<string> {
    const names = (node: SerializedAXNode): string[] => [
      [node.role, node.name, node.value, node.disabled ? 'disabled' : ''].filter(Boolean).join(' '),
      ...(node.children ?? []).flatMap(names),
    ];
    const tree = await this.page.accessibility.snapshot();
    return tree ? names(tree).join(' | ') : 'nothing';
  }

  private sent(method: string, url: string, hasBody = false): void {
    if (/^(?:http|ws)s?:/.test(url)) this.requests.push({ url, uploads: method !== 'GET' || hasBody });
  }
}

/** Whether an element is where it was two frames ago. */
const holdsStill = (element: ElementHandle): Promise<boolean> =>
  element.evaluate(async (one) => {
    const frame = () => new Promise((later) => requestAnimationFrame(later));
    const place = () => {
      const { left, top, width, height } = one.getBoundingClientRect();
      return [left, top, width, height].join();
    };
    const before = place();
    await frame();
    await frame();
    return place() === before;
  });

async function until<T>(look: () => Promise<T | undefined>, seconds: number, complaint: string): Promise<T> {
  const end = Date.now() + seconds * SECOND;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${complaint} within ${seconds} s`);
    await new Promise((later) => setTimeout(later, 100));
  }
}

/** Elements live in each other's shadow roots. */
const deep = (testid: string): string => `>>> [data-testid="${testid}"]`;
