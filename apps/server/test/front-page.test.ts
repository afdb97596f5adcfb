import { readFile } from 'node:fs/promises';
import type { Movie } from '@watchparty/protocol';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from './app.ts';
import { startBrowser, watchPage } from './browser.ts';
import { factoriesFor, type TestUser } from './factories.ts';

const FILM = new URL('../src/main/demo/assets/sample-film.mp4', import.meta.url);
const HOSTILE = '<img src=x onerror="document.title=1">';

let browser: Browser;
let server: TestApp;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

async function open(path = '/', options: BrowserContextOptions = {}) {
  const page = await (await browser.newContext({ locale: 'en-GB', ...options })).newPage();
  const watch = watchPage(page, server.url);
  await page.goto(`${server.url}${path}`);
  return { page, ...watch };
}

const textOf = (page: Page, selector: string): Promise<string> => page.locator(selector).innerText();

/** A server for the tests of one block. */
function withServer(): void {
  beforeAll(async () => {
    server = await startTestApp();
  });
  afterAll(() => server.close());
}

describe('an empty server', () => {
  withServer();

  test('says that it runs, and what comes next', async () => {
    const { page, complaints, strangers } = await open();
    await page.locator('[data-state=running]').waitFor();
    await page.getByText('No public room is open right now.').waitFor();
    await page.getByText('No public film is here yet.').waitFor();
    expect({ complaints, strangers }).toEqual({ complaints: [], strangers: [] });
  });

  test('a list that cannot be loaded says so, and loads when asked again', async () => {
    const { page } = await open('/api/health');
    let isAway = true;
    await page.route('**/api/rooms?*', (route) => (isAway ? route.abort() : route.continue()));
    await page.goto(server.url);
    await page.getByText('This could not be loaded.').waitFor();
    isAway = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('No public room is open right now.').waitFor();
    expect(await textOf(page, '#rooms')).not.toContain('could not be loaded');
  });

  test('an invitation tells how it is used', async () => {
    const { page } = await open('/rooms/7?invite=abc');
    await page.locator('#invitation').waitFor();
    expect(await textOf(page, '#invitation-request')).toBe('POST /api/rooms/7/join\n{"invite":"abc"}');
  });

  test('it speaks Russian to those who do, and changes when asked', async () => {
    const { page } = await open('/', { locale: 'ru-RU' });
    await page.getByText('Сейчас нет открытых комнат.').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByText('No public room is open right now.').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });
});

describe('a server with rooms and films', () => {
  let owner: TestUser;
  withServer();
  beforeAll(async () => {
    owner = await factoriesFor(server).user();
  });

  async function uploaded(movie: object): Promise<Movie> {
    const film = await factoriesFor(server).movie(owner, movie);
    await server.ask('PUT', `/api/movies/${film.id}/file`, {
      token: owner.token, body: await readFile(FILM), headers: { 'content-type': 'video/mp4' },
    });
    return film;
  }

  test('it shows what is public as plain text, plays a film, and tells nothing of what is private', async () => {
    const make = factoriesFor(server);
    const film = await uploaded({ title: HOSTILE, description: HOSTILE });
    await make.movie(owner, { title: 'Only for rooms', visibility: 'rooms' });
    await make.room(owner, { name: HOSTILE, movieId: film.id });
    await make.room(owner, { name: 'Secret', isPrivate: true });

    const { page, complaints, strangers } = await open();
    await page.locator('button.film').waitFor();
    await page.locator('.room h3').waitFor();
    expect(await textOf(page, '.room h3')).toBe(HOSTILE);
    expect(await textOf(page, '.film-title')).toBe(HOSTILE);
    expect(await textOf(page, 'main')).not.toMatch(/Only for rooms|Secret/);

    await page.locator('button.film').click();
    await expect.poll(() => page.evaluate('video.currentTime'), { timeout: 10_000 }).toBeGreaterThan(0.2);
    await page.keyboard.press('Escape');
    await page.locator('#player').waitFor({ state: 'hidden' });
    expect(await page.title()).toBe('WatchParty');
    expect({ complaints, strangers }).toEqual({ complaints: [], strangers: [] });
  });

  test('a film that cannot be played says so', async () => {
    const film = await uploaded({ title: 'Soon gone' });
    const { page } = await open();
    await page.getByText('Soon gone').waitFor();
    await server.ask('DELETE', `/api/movies/${film.id}`, { token: owner.token });
    await page.getByText('Soon gone').click();
    await page.locator('#player-state').waitFor();
    const told = await textOf(page, '#player-state');
    expect(told).toMatch(/^This film could not be played.\s+There is no such movie\s+Try again/);
  });

  test.each(['dark', 'light'] as const)('on a phone nothing sticks out, %s text can be read', async (colorScheme) => {
    await factoriesFor(server).room(owner, { name: 'W'.repeat(100), description: 'x'.repeat(500) });
    const { page } = await open('/rooms/7?invite=abcdefghijklmnopqrstuvwxyz0123456789', {
      colorScheme, viewport: { width: 320, height: 700 },
    });
    await page.getByText('W'.repeat(100)).first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    const contrasts = (await page.evaluate(CONTRASTS)) as { text: string; ratio: number }[];
    expect(contrasts.length).toBeGreaterThan(15);
    expect(contrasts.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
  });
});

/** WCAG's contrast of each text on what lies behind it; colours with alpha do not stand behind text here. */
const CONTRASTS = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => {
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = channels(color).map((channel) => linear(channel / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    const color = getComputedStyle(node).backgroundColor;
    return channels(color)[3] === 0 ? behind(node.parentElement) : color;
  };
  const leaves = [...document.querySelectorAll('body *')].filter((node) => node.checkVisibility() &&
    [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim() !== ''));
  return leaves.map((node) => {
    const [high, low] = [luminance(getComputedStyle(node).color), luminance(behind(node))].sort((a, b) => b - a);
    return { text: node.textContent.slice(0, 40), ratio: (high + 0.05) / (low + 0.05) };
  });
})()`;
