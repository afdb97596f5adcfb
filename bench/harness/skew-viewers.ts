import { delimiter, join } from 'node:path';
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { PlaybackCommand } from '@watchparty/protocol';
import { rolldown } from 'rolldown';
import type { ViewerOrder, ViewerPage, ViewerRecord } from '../programs/skew-page.ts';
import type { Context } from './bench.ts';
import { programFile } from './paths.ts';
import { openShapedProxy, type Shape } from './shaped-proxy.ts';
import { CHROMIUM } from './tools.ts';

/** Like a person who clicked, in a window that is seen; a tab of its own each. */
const FLAGS = [
  '--autoplay-policy=no-user-gesture-required', '--disable-background-timer-throttling', '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows', '--disable-features=CalculateNativeWinOcclusion',
];

export async function openBrowser({ cores, defer }: Context): Promise<Browser> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const executablePath = CHROMIUM.commands.flatMap((command) => folders.map((folder) => join(folder, command))).find((path) => existsSync(path));
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await cores.spread(() =>
    chromium.launch({ args: [...root, ...FLAGS], ...(executablePath !== undefined && { executablePath }) }));
  defer(() => browser.close());
  return browser;
}

/** The page's program as one file, as apps ship theirs. */
export async function bundlePage(): Promise<string> {
  const bundle = await rolldown({ input: programFile('skew-page'), platform: 'browser' });
  const { output: [chunk] } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  return chunk.code;
}

export interface SkewViewer {
  command(command: Omit<PlaybackCommand, 'version'>): Promise<Awaited<ReturnType<ViewerPage['command']>>>;
  takeRecord(): Promise<ViewerRecord>;
  /** Closes the page and opens it again, in the same room; the true time at which that began. */
  reopen(): Promise<number>;
  close(): Promise<void>;
}

interface Options {
  readonly browser: Browser;
  readonly serverUrl: string;
  readonly script: string;
  readonly order: ViewerOrder;
  readonly shape: Shape | undefined;
  readonly random: () => number;
}

declare const viewer: ViewerPage;

/** One viewer in a context and a process of their own, on a network of their own. */
export async function openViewer({ browser, serverUrl, script, order, shape, random }: Options): Promise<SkewViewer> {
  const proxy = await openShapedProxy({ targetUrl: serverUrl, script, shape, random, now: () => performance.now() });
  const context = await browser.newContext();
  let page = await context.newPage();

  async function enter(): Promise<void> {
    const broken = new Promise<never>((_resolve, reject) => page.once('pageerror', reject));
    broken.catch(() => {});
    await page.goto(`${proxy.url}/viewer`);
    await Promise.race([broken, page.waitForFunction(() => 'viewer' in globalThis)]);
    await page.evaluate((wanted) => viewer.enter(wanted), order);
  }
  async function renew(): Promise<Page> {
    await page.close();
    return context.newPage();
  }

  await enter();
  return {
    command: (command) => page.evaluate((wanted) => viewer.command(wanted), command),
    takeRecord: () => page.evaluate(() => viewer.takeRecord()),
    async reopen() {
      page = await renew();
      const beganMs = performance.now();
      await enter();
      return beganMs;
    },
    async close() {
      await context.close();
      await proxy.close();
    },
  };
}
