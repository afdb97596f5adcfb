import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor } from '../factories.ts';
import { openVisitor, sees, watchFor } from './visitor.ts';

const FILM = fileURLToPath(new URL('../../src/main/demo/assets/sample-film.mp4', import.meta.url));
const SRT = { name: 'words.srt', mimeType: 'application/x-subrip', buffer: Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nHello\n') };

let browser: Browser;
let server: TestApp;
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestApp()]);
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

async function addFilm(page: Page, file: string | { name: string; mimeType: string; buffer: Buffer }, title: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a film' }).first().click();
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByLabel('Title').fill(title);
  await page.getByRole('button', { name: 'Add and upload' }).click();
}

test('an upload is paused, goes on, survives a broken connection and a reload, and knows its file again', { timeout: 120_000 }, async () => {
  const user = await factoriesFor(server).user();
  const visitor = await openVisitor(browser, server);
  const { page, context } = visitor;
  await visitor.signIn(user);
  await visitor.goto('/movies');
  // Only every other part arrives whole; the first one never ends.
  let parts = 0;
  let hold = true;
  await context.route(/\/uploads\//, async (route) => {
    if (route.request().method() !== 'PATCH') return route.continue();
    parts += 1;
    if (hold) return;
    return parts % 2 === 0 ? route.abort('connectionreset') : route.continue();
  });
  await addFilm(page, FILM, 'In goes');
  const row = page.getByRole('region', { name: 'Uploads' });
  await expect.poll(() => parts).toBe(1);
  await row.getByRole('button', { name: 'Pause' }).click();
  await row.getByText('Paused.').waitFor();
  await row.getByRole('button', { name: 'Go on' }).click();
  await expect.poll(() => parts).toBe(2);

  // A reload breaks it off; the file is asked for again, and another one is not taken for it.
  await page.reload();
  await sees(page, 'Choose “sample-film.mp4” again');
  const again = row.locator('input[type=file]');
  await again.setInputFiles({ name: 'sample-film.mp4', mimeType: 'video/mp4', buffer: Buffer.from('another') });
  await sees(page, 'This is another file.');
  hold = false;
  parts = 1;
  const done = await watchFor(page, '“In goes” is ready to watch.');
  await again.setInputFiles(FILM);
  await done();
  expect(parts).toBeGreaterThanOrEqual(3);
  const { body } = await server.ask('GET', '/api/movies?mine=true', { token: (await signedIn(user)).token });
  expect(body.data.items).toMatchObject([{ title: 'In goes', hasFile: true, durationSeconds: 60 }]);
});

const signedIn = async ({ username, password }: { readonly username: string; readonly password: string }): Promise<{ token: string }> => {
  const { body } = await server.ask('POST', '/api/auth/login', { body: { username, password } });
  return { token: body.data.accessToken as string };
};

test('what is no film is said, and can be closed', { timeout: 60_000 }, async () => {
  const user = await factoriesFor(server).user();
  const visitor = await openVisitor(browser, server);
  await visitor.signIn(user);
  await visitor.goto('/movies');
  await addFilm(visitor.page, { name: 'notes.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(20_000, 'no film ') }, 'Notes');
  await sees(visitor.page, 'Only mp4 and webm films can be played here.');
  await visitor.page.getByRole('region', { name: 'Uploads' }).getByRole('button', { name: 'Close' }).click();
  await visitor.page.getByRole('region', { name: 'Uploads' }).waitFor({ state: 'detached' });
  expect(await visitor.page.getByText('Only mp4 and webm').count()).toBe(0);
});

test('a film gets its picture by itself, another moment when one wishes, and subtitles', { timeout: 120_000 }, async () => {
  const user = await factoriesFor(server).user();
  const visitor = await openVisitor(browser, server);
  const { page } = visitor;
  await visitor.signIn(user);
  await visitor.goto('/movies?mine=true');
  const done = await watchFor(page, '“With a face” is ready to watch.');
  await addFilm(page, FILM, 'With a face');
  await done();
  const picture = page.locator('.wall img');
  await picture.waitFor();
  await expect.poll(() => page.evaluate(`document.querySelector('.wall img').naturalWidth`)).toBe(480);
  const first = await picture.getAttribute('src');
  expect(first).toMatch(/^\/uploads\/poster-[0-9a-f]{32}-small\.webp$/);

  await page.getByRole('button', { name: 'What to do with With a face' }).click();
  await page.getByRole('menuitem', { name: 'Details' }).click();
  const details = page.getByRole('dialog', { name: 'With a face' });
  await details.getByRole('button', { name: 'Take it from the film' }).click();
  const slider = details.getByLabel('Moment of the film');
  await expect.poll(() => slider.isEnabled()).toBe(true);
  await slider.fill('30');
  const saved = await watchFor(page, 'The film has a new picture.');
  await details.getByRole('button', { name: 'Use this picture' }).click();
  await saved();

  await details.getByRole('button', { name: 'Add subtitles' }).click();
  await details.locator('form input[type=file]').setInputFiles(SRT);
  await details.getByLabel('Language').selectOption('ru');
  expect(await details.getByLabel('Called').inputValue()).toBe('Русский');
  const added = await watchFor(page, '“Русский” is there for everybody who watches.');
  await details.getByRole('button', { name: 'Add subtitles' }).click();
  await added();
  await details.getByText('1 line').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => picture.getAttribute('src')).not.toBe(first);
  expect(visitor.complaints).toEqual([]);
});
