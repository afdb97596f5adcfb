import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { builtApp, writeServiceWorker } from '@watchparty/web';
import { createWebApp, type WebApp } from '../../src/edge/http/index.ts';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor } from '../factories.ts';
import { openVisitor, sees, type Visitor } from './visitor.ts';

let folder: string;
let webApp: WebApp;
let browser: Browser;
let server: TestApp;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchparty-web-'));
  cpSync(builtApp, folder, { recursive: true });
  webApp = createWebApp(folder);
  [browser, server] = await Promise.all([startBrowser(), startTestApp({}, { webApp })]);
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Somebody in whose browser the service worker is at work. */
async function openInstalled(path: string): Promise<Visitor> {
  const visitor = await openVisitor(browser, server, { serviceWorkers: 'allow' });
  await visitor.goto(path);
  await visitor.page.evaluate(`new Promise((done) => {
    if (navigator.serviceWorker.controller !== null) done();
    else navigator.serviceWorker.addEventListener('controllerchange', () => done(), { once: true });
  })`);
  return visitor;
}

interface Kept {
  readonly name: string;
  readonly paths: readonly string[];
}

const keptIn = (page: Page): Promise<Kept[]> => page.evaluate(`(async () => Promise.all((await caches.keys()).map(async (name) => ({
  name, paths: (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname),
}))))()`);

/** Another build in the place of this one: each asset under another name, and a mark in each script. */
function deploy(mark: string): ReadonlySet<string> {
  const assets = join(folder, 'assets');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) if (/\.(?:br|gz)$/.test(name)) rmSync(join(folder, name));
  const names = readdirSync(assets).map((name) => [name, name.replace(/(\.\w+)$/, `${mark}$1`)] as const);
  const texts = [join(folder, 'index.html'), ...names.filter(([name]) => /\.(?:js|css)$/.test(name)).map(([name]) => join(assets, name))];
  for (const path of texts) {
    let text = readFileSync(path, 'utf8');
    for (const [name, renamed] of names) text = text.replaceAll(name, renamed);
    writeFileSync(path, path.endsWith('.js') ? `${text}\ndocument.documentElement.dataset.build = '${mark}';\n` : text);
  }
  for (const [name, renamed] of names) renameSync(join(assets, name), join(assets, renamed));
  writeServiceWorker(folder);
  webApp.reload();
  return new Set(names.map(([, renamed]) => `/assets/${renamed}`));
}

test('browsers find nothing in the way of installing it', { timeout: 60_000 }, async () => {
  const { page, context, complaints } = await openInstalled('/');
  const devtools = await context.newCDPSession(page);
  const { errors, url } = await devtools.send('Page.getAppManifest');
  expect([errors, url]).toEqual([[], `${server.url}/manifest.webmanifest`]);
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
  // A test's browser keeps nothing, and so is taken for a private window.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
  expect(complaints).toEqual([]);
});

test('without a network there is a page that says so, in the language chosen, and goes on by itself', { timeout: 60_000 }, async () => {
  const { page, context, goto } = await openInstalled('/');
  await page.evaluate(`localStorage.setItem('watchparty:locale', 'ru')`);
  await context.setOffline(true);
  await goto('/rooms?page=2');
  await page.getByRole('heading', { name: 'Нет связи' }).waitFor();
  // Its style is there, and nothing of the app.
  expect(await page.evaluate('getComputedStyle(document.body).display')).toBe('grid');
  expect(await page.locator('#app').count()).toBe(0);
  await context.setOffline(false);
  await page.getByRole('heading', { name: 'Комнаты' }).waitFor();
  expect(new URL(page.url()).search).toBe('?page=2');
});

test('it keeps the assets of this build and what the offline page needs: no page, no answer of the API, nothing of people', { timeout: 60_000 }, async () => {
  const user = await factoriesFor(server).user();
  const visitor = await openInstalled('/');
  const { page, context } = visitor;
  await visitor.signIn(user);
  await visitor.goto('/profile');
  await sees(page, 'This device');
  // Behind the answer, so perhaps after what it shows.
  await expect.poll(async () => (await keptIn(page))[0]?.paths.some((path) => path.startsWith('/assets/profile-'))).toBe(true);
  const [cache, ...others] = await keptIn(page);
  expect(others).toEqual([]);
  expect(cache!.paths.filter((path) => !path.startsWith('/assets/')).toSorted()).toEqual(['/favicon.svg', '/offline.css', '/offline.html', '/offline.js', '/theme.js']);
  for (const path of cache!.paths) expect(existsSync(join(folder, path)), path).toBe(true);
  await context.setOffline(true);
  expect(await page.evaluate(`fetch('/api/auth/profile').then(({ status }) => status, () => 'nothing')`)).toBe('nothing');
  expect(await page.evaluate(`fetch('/').then(({ status }) => status, () => 'nothing')`)).toBe('nothing');
  expect(visitor.complaints.filter((text) => !/ERR_INTERNET_DISCONNECTED|socket\.io| failed$/.test(text))).toEqual([]);
});

test('a new build is what the next load shows, and all that is kept afterwards', { timeout: 60_000 }, async () => {
  const { page, goto, complaints } = await openInstalled('/');
  const [before] = await keptIn(page);
  // A page of the build before might ask for more of it.
  await page.goto('about:blank');
  const assets = deploy('zwei');
  // The worker of the build before is still at work.
  await goto('/rooms');
  await page.getByRole('heading', { name: 'Rooms' }).waitFor();
  expect(await page.evaluate('document.documentElement.dataset.build')).toBe('zwei');
  const loaded: string[] = await page.evaluate(`performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname).filter((path) => path.startsWith('/assets/'))`);
  expect(loaded.length).toBeGreaterThan(2);
  for (const path of loaded) expect(assets, path).toContain(path);

  // By name: looking into one that is being cleared away would make it again.
  await expect.poll(() => page.evaluate(`caches.keys().then((names) => names.length === 1 && names[0] !== '${before!.name}')`)).toBe(true);
  await goto('/movies');
  await page.getByRole('heading', { name: 'Films' }).waitFor();
  expect(await page.evaluate('document.documentElement.dataset.build')).toBe('zwei');
  const after = await keptIn(page);
  expect(after).toHaveLength(1);
  for (const path of after[0]!.paths.filter((one) => one.startsWith('/assets/'))) expect(assets, path).toContain(path);
  expect(complaints).toEqual([]);
});
