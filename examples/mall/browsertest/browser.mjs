// Headless Chromium, and pages on which nothing may go wrong unseen.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jsQR from 'jsqr';
import { chromium } from 'playwright-core';

const patience = 30_000; // ms, for one step on a busy machine

const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export const desktop = { width: 1280, height: 860 };
export const phone = { width: 360, height: 780 };

// Browser is one Chromium with a profile of its own, which goes with it.
export class Browser {
  static async launch() {
    const profile = await mkdtemp(join(tmpdir(), 'mall-browser-'));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env.MALL_CHROMIUM ?? '/usr/bin/chromium', args: flags, headless: true, chromiumSandbox: false, viewport: desktop, locale: 'zh-CN',
    });
    context.setDefaultTimeout(patience);
    return new Browser(context, profile);
  }

  constructor(context, profile) {
    this.context = context;
    this.profile = profile;
  }

  // open is a page of a fresh visitor: without cookies and storage. What it
  // prints to the console, throws, or asks of other hosts, stands in faults.
  async open(base, size = desktop) {
    await this.context.clearCookies();
    const page = await this.context.newPage();
    await page.setViewportSize(size);
    page.faults = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) page.faults.push(`console: ${message.text()} at ${message.location().url}`);
    });
    page.on('pageerror', (error) => page.faults.push(`thrown: ${error.stack}`));
    page.on('requestfailed', (request) => {
      const why = request.failure()?.errorText;
      if (why !== 'net::ERR_ABORTED') page.faults.push(`failed: ${request.url()} ${why}`); // aborted by the next navigation
    });
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== base && protocol !== 'data:') page.faults.push(`stranger: ${request.url()}`);
    });
    return page;
  }

  // scan is the text of the QR code in a PNG, or nothing. A page of the browser
  // takes the picture apart.
  async scan(png) {
    const page = await this.context.newPage();
    const { width, height, dots } = await page.evaluate(async (url) => {
      const img = new Image();
      img.src = url;
      await img.decode();
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width: img.naturalWidth, height: img.naturalHeight });
      const paper = canvas.getContext('2d');
      paper.drawImage(img, 0, 0);
      return { width: canvas.width, height: canvas.height, dots: [...paper.getImageData(0, 0, canvas.width, canvas.height).data] };
    }, `data:image/png;base64,${png.toString('base64')}`);
    await page.close();
    return jsQR(Uint8ClampedArray.from(dots), width, height)?.data;
  }

  async close() {
    await this.context.close();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

// fits demands that nothing is wider than the window.
export async function fits(page, what) {
  const { wide, inner } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, inner: window.innerWidth }));
  assert.ok(wide <= inner, `${what}: ${wide} px wide in a window of ${inner}`);
}

// shot leaves a picture of the page in MALL_SCREENSHOTS, if that is set.
export async function shot(page, name) {
  if (process.env.MALL_SCREENSHOTS) await page.screenshot({ path: join(process.env.MALL_SCREENSHOTS, `${name}.png`), fullPage: true });
}

// silent demands that a page did nothing wrong, and closes it.
export async function silent(page) {
  await page.close();
  assert.deepEqual(page.faults, []);
}
