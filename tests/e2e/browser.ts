import puppeteer, { type Browser } from 'puppeteer-core';
import { findChromium } from '../../scripts/chromium.mjs';

/** A headless Chromium with WebGPU and an empty profile. Close it when done. */
export async function launchBrowser(): Promise<Browser> {
  const { executablePath, args, env } = await findChromium();
  return puppeteer.launch({ executablePath, args, env, headless: true, protocolTimeout: 600_000 });
}
