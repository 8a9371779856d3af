import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { doubledOnGpu, doublingShader } from '../host_probe';
import { launchBrowser } from './browser';

let browser: Browser;
let server: Server;

beforeAll(async () => {
  browser = await launchBrowser();
  // WebGPU exists in secure contexts only: localhost is one, about:blank is not.
  server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

test('Chromium finds an adapter that doubles numbers', async () => {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  expect(
    await page.evaluate(`(${doubledOnGpu})(navigator.gpu, ${JSON.stringify(doublingShader)}, [1, 2, -3.5])`),
  ).toEqual([2, 4, -7]);
});
