import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { openVisitor, sees, videoOf, watchFor } from './visitor.ts';

const FILM = fileURLToPath(new URL('../../src/main/demo/assets/sample-film.mp4', import.meta.url));

let browser: Browser;
let server: TestApp;
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestApp()]);
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

/** How far apart two players are, seconds; both are asked in one turn. */
async function apart(one: Page, other: Page): Promise<number> {
  const [a, b] = await Promise.all([videoOf(one), videoOf(other)]);
  return a.paused || b.paused ? Infinity : Math.abs(a.currentTime - b.currentTime);
}

test('two people meet in a room and watch a film: sign up, upload, invite, join by link, play in step, chat, come back', { timeout: 90_000 }, async () => {
  const ann = await openVisitor(browser, server);
  const { page } = ann;

  // A newcomer signs up.
  await ann.goto('/');
  await page.getByRole('link', { name: 'Start watching together' }).click();
  await page.getByLabel('E-mail').fill('ann@example.org');
  await page.getByLabel('Username').fill('ann');
  await page.getByLabel('Password', { exact: true }).fill('popcorn');
  await page.getByRole('button', { name: 'Create my account' }).click();
  await page.getByRole('heading', { name: 'Good to see you, ann' }).waitFor();

  // Uploads a film.
  await page.getByRole('link', { name: 'Films' }).first().click();
  await page.getByRole('button', { name: 'Add a film' }).first().click();
  await page.locator('input[type=file]').setInputFiles(FILM);
  expect(await page.getByLabel('Title').inputValue()).toBe('sample-film');
  await page.getByLabel('Title').fill('The Long Way Home');
  await page.getByRole('button', { name: 'Add and upload' }).click();
  await sees(page, '“The Long Way Home” is ready to watch.');

  // Opens a room for it.
  await page.getByRole('link', { name: 'Watch The Long Way Home in a room' }).click();
  await page.getByLabel('Name of the room').fill('Friday film night');
  await page.getByRole('button', { name: 'Open the room' }).click();
  await page.getByRole('heading', { name: 'Friday film night' }).waitFor();
  await expect.poll(async () => (await videoOf(page)).readyState).toBeGreaterThanOrEqual(1);

  // Shares the link with somebody who has no account, and a phone.
  await page.getByRole('button', { name: 'Invite' }).click();
  const link = await page.getByLabel('Link to the room').inputValue();
  await page.keyboard.press('Escape');
  const ben = await openVisitor(browser, server, { viewport: { width: 390, height: 844 }, hasTouch: true });
  await ben.page.goto(link);
  await ben.page.getByRole('heading', { name: 'Friday film night' }).waitFor();
  await ben.page.getByLabel('Your name').fill('Ben');
  await ben.page.getByRole('button', { name: 'Come in' }).click();
  await page.getByRole('button', { name: '2 people here' }).waitFor();
  await expect.poll(async () => (await videoOf(ben.page)).readyState).toBeGreaterThanOrEqual(1);
  expect(await ben.page.getByRole('button', { name: 'The host holds the remote' }).isDisabled()).toBe(true);

  // Plays, for both in step.
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(async () => (await videoOf(ben.page)).currentTime, { timeout: 20_000 }).toBeGreaterThan(0.5);
  await expect.poll(() => apart(page, ben.page), { timeout: 20_000 }).toBeLessThan(0.3);

  // Talks; what looks like markup is text.
  await page.getByPlaceholder('Write a message').fill('<b>Evening!</b> https://example.org/dog');
  await page.getByPlaceholder('Write a message').press('Enter');
  await sees(ben.page, '<b>Evening!</b>');
  expect(await ben.page.getByRole('link', { name: 'https://example.org/dog' }).getAttribute('rel')).toContain('noopener');
  await ben.page.getByPlaceholder('Write a message').fill('Hello from the phone');
  await ben.page.getByRole('button', { name: 'Send' }).click();
  await sees(page, 'Hello from the phone');

  // Pauses for both; the other one is told who it was.
  const told = await watchFor(ben.page, 'ann paused');
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await told();
  await expect.poll(async () => (await videoOf(ben.page)).paused).toBe(true);

  // A reload brings back who one is, what was said and where the film stands.
  const before = (await videoOf(page)).currentTime;
  await ben.page.reload();
  await sees(ben.page, '<b>Evening!</b>');
  await expect.poll(async () => Math.abs((await videoOf(ben.page)).currentTime - before)).toBeLessThan(0.2);

  // Without a network what one writes waits, and arrives when there is one again.
  await ben.context.setOffline(true);
  await sees(ben.page, 'You are offline.');
  await ben.page.getByPlaceholder('Write a message').fill('Can you hear me?');
  await ben.page.getByRole('button', { name: 'Send' }).click();
  await sees(ben.page, 'sending…');
  await ben.context.setOffline(false);
  await sees(page, 'Can you hear me?');

  expect(ann.complaints).toEqual([]);
});
