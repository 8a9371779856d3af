import puppeteer, { type Browser } from 'puppeteer-core';
import { findChromium } from '../../scripts/chromium.mjs';

export interface BrowserOptions {
  /** false: as in a browser that offers no adapter. */
  webgpu?: boolean;
}

/** A headless Chromium with WebGPU and an empty profile. Close it when done. */
export async function launchBrowser({ webgpu = true }: BrowserOptions = {}): Promise<Browser> {
  const chromium = await findChromium();
  const args = webgpu
    ? chromium.args
    : [...chromium.args.filter((argument) => !argument.includes('webgpu')), '--disable-features=WebGPU,WebGPUService'];
  const { executablePath, env } = chromium;
  return puppeteer.launch({ executablePath, args, env, headless: true, protocolTimeout: 600_000 });
}
