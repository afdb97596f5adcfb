import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

/** As `scripts/tools.ts` looks for it. */
const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome'];

function findChromium(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command))).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error(`None of ${COMMANDS.join(', ')} is on PATH: run the tests by "npm test"`);
  return found;
}

/** The real Chromium of this machine, headless. */
export const startBrowser = (args: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath: findChromium(), args: [...args, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])] });

/** Everything a page complained of or asked others for, from now on. */
export function watchPage(page: Page, ownUrl: string): { readonly complaints: string[]; readonly strangers: string[] } {
  const complaints: string[] = [];
  const strangers: string[] = [];
  page.on('console', (message) => {
    // Where a test wants none.
    if (message.text() === 'Service Worker registration blocked by Playwright') return;
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('requestfailed', (request) => {
    // What the page itself gives up: a video asks for ranges and goes on to others, a reload ends what is under way.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') complaints.push(`${request.url()} failed`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(ownUrl) && !/^(?:data|blob):/.test(request.url())) strangers.push(request.url());
  });
  return { complaints, strangers };
}
