import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ERROR_CODES } from '@watchparty/protocol';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.ts';
import { startBrowser, watchPage } from './browser.ts';
import { operationsOf } from './operations.ts';

const REDOCLY = createRequire(import.meta.url).resolve('@redocly/cli/bin/cli.js');

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp();
});
afterAll(() => server.close());

describe('the API description', () => {
  it('has nothing that its linter complains of', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'watchparty-openapi-'));
    try {
      const { body } = await server.ask('GET', '/api/openapi.json');
      await writeFile(join(folder, 'openapi.json'), JSON.stringify(body));
      await writeFile(join(folder, 'redocly.yaml'), 'extends: [recommended]\ntelemetry: off\n');
      const { stdout, stderr } = await promisify(execFile)(
        process.execPath,
        [REDOCLY, 'lint', 'openapi.json', '--format=stylish'],
        {
          cwd: folder,
          env: {
            PATH: process.env['PATH'],
            HOME: folder,
            REDOCLY_TELEMETRY: 'off',
            REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
          },
        },
      );
      expect(stderr).toContain('Your API description is valid');
      expect(`${stdout}${stderr}`).not.toMatch(/\bwarnings?\b/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('has every route of the product, each answering as it says to one who is not signed in', async () => {
    const operations = operationsOf((await server.ask('GET', '/api/openapi.json')).body);
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
    expect(operations.length).toBeGreaterThan(30);
    for (const { method, path, answers } of operations) {
      const { status } = await server.ask(
        method,
        path.replaceAll(/\{\w+\}/g, '1'),
        method === 'GET' ? {} : { body: {} },
      );
      expect([...answers.keys()], `${method} ${path}`).toContain(status);
    }
  });

  it('offers an Idempotency-Key wherever a POST creates something', async () => {
    const operations = operationsOf((await server.ask('GET', '/api/openapi.json')).body);
    const creating = operations.filter(({ method, answers }) => method === 'POST' && answers.has(201));
    expect(creating.length).toBeGreaterThan(3);
    const without = creating.filter(
      ({ parameters }) => !parameters.some(({ name }: { name: string }) => name === 'Idempotency-Key'),
    );
    expect(without.map(({ id }) => id)).toEqual([]);
  });
});

describe('the reference', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, 60_000);
  afterAll(() => browser.close());

  it(
    'shows every operation, in a real browser, under the policy for scripts, asking nobody else for anything',
    { timeout: 60_000 },
    async () => {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.setDefaultTimeout(30_000);
      const { complaints, strangers } = watchPage(page, server.url);
      const response = await page.goto(`${server.url}/api/docs`);
      expect(response!.headers()['content-security-policy']).toMatch(/script-src 'self';/);
      await page.getByRole('heading', { name: 'WatchParty', exact: true }).waitFor();
      const { paths } = (await server.ask('GET', '/api/openapi.json')).body as {
        paths: Record<string, Record<string, { summary: string }>>;
      };
      const summaries = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ summary }) => summary));
      for (const summary of summaries)
        await page.getByText(summary, { exact: true }).first().waitFor({ state: 'attached' });
      await page.getByText('Enter a room', { exact: true }).first().click();
      await page.getByRole('heading', { name: 'Enter a room' }).waitFor();
      expect({ complaints, strangers }).toEqual({ complaints: [], strangers: [] });
      await page.close();
    },
  );

  it('explains each error code where problem details link to', { timeout: 60_000 }, async () => {
    const page = await browser.newPage();
    const { complaints, strangers } = watchPage(page, server.url);
    const refusal = await server.ask('GET', '/api/rooms/1');
    await page.goto(new URL(refusal.body.type as string, server.url).href);
    expect(await page.locator('dt:target').textContent()).toBe('rooms.not_found');
    expect(await page.locator('dt').allTextContents()).toEqual(expect.arrayContaining(Object.keys(ERROR_CODES)));
    expect({ complaints, strangers }).toEqual({ complaints: [], strangers: [] });
    await page.close();
  });

  it('sends its script compressed to those who take it so, and plain to others', async () => {
    const ask = (encoding: string) =>
      fetch(`${server.url}/api/docs/reference.js`, { headers: { 'accept-encoding': encoding } });
    const plain = Buffer.from(await (await ask('identity')).arrayBuffer());
    expect(plain.length).toBeGreaterThan(1_000_000);
    for (const refused of ['br', 'gzip;q=0', 'x-gzip, gzip;q=0.0'])
      expect((await ask(refused)).headers.get('content-encoding')).toBeNull();
    const compressed = await ask('br, gzip;q=0.5');
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(Number(compressed.headers.get('content-length'))).toBeLessThan(plain.length / 3);
    expect(Buffer.from(await compressed.arrayBuffer()).equals(plain)).toBe(true);
  });
});
