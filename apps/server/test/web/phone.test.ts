import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor } from '../factories.ts';
import { openVisitor, sees, videoOf } from './visitor.ts';

const FILM = fileURLToPath(new URL('../../src/main/demo/assets/sample-film.mp4', import.meta.url));
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

let browser: Browser;
let server: TestApp;
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestApp()]);
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

/** Nothing sticks out sideways. */
async function fits(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
}

test('on a phone one signs up, brings a film, opens a room, watches, talks, and comes back after a tunnel', { timeout: 90_000 }, async () => {
  const { page, context, goto, complaints } = await openVisitor(browser, server, PHONE);
  await goto('/');
  await fits(page);
  await page.getByRole('link', { name: 'Start watching together' }).tap();
  await page.getByLabel('E-mail').fill('mia@example.org');
  await page.getByLabel('Username').fill('mia');
  await page.getByLabel('Password', { exact: true }).fill('popcorn and rain');
  await fits(page);
  await page.getByRole('button', { name: 'Create my account' }).tap();
  await page.getByRole('heading', { name: 'Good to see you, mia' }).waitFor();
  await fits(page);

  await page.getByRole('link', { name: 'Films' }).first().tap();
  await page.getByRole('button', { name: 'Add a film' }).first().tap();
  await page.locator('input[type=file]').first().setInputFiles(FILM);
  await page.getByLabel('Title').fill('Small Hours');
  await fits(page);
  await page.getByRole('button', { name: 'Add and upload' }).tap();
  await sees(page, '“Small Hours” is ready to watch.');
  await page.getByRole('link', { name: 'Watch Small Hours in a room' }).tap();
  await page.getByLabel('Name of the room').fill('On the train');
  await page.getByRole('button', { name: 'Open the room' }).tap();
  await page.getByRole('heading', { name: 'On the train' }).waitFor();
  await expect.poll(async () => (await videoOf(page)).readyState).toBeGreaterThanOrEqual(1);
  await fits(page);
  await page.getByRole('button', { name: 'Play', exact: true }).tap();
  await expect.poll(async () => (await videoOf(page)).currentTime, { timeout: 20_000 }).toBeGreaterThan(0.3);
  await page.getByRole('button', { name: 'Pause', exact: true }).tap();

  // What one writes with is on the screen, below the film.
  const line = page.getByPlaceholder('Write a message');
  await line.fill('Here we go');
  const { y, height } = (await line.boundingBox())!;
  expect(y + height).toBeLessThanOrEqual(740);
  await page.getByRole('button', { name: 'Send' }).tap();
  await sees(page, 'Here we go');
  await page.getByRole('tab', { name: /People/ }).tap();
  await sees(page, '(you)');
  await fits(page);
  await page.getByRole('tab', { name: 'Playlist' }).tap();
  await page.getByRole('button', { name: 'Add a film' }).waitFor();
  await fits(page);
  await page.getByRole('tab', { name: 'Chat' }).tap();

  // A tunnel, in which somebody else says something.
  const roomId = Number(new URL(page.url()).pathname.split('/').at(-1));
  const make = factoriesFor(server);
  const ben = await make.user({ username: 'ben' });
  expect((await server.ask('POST', `/api/rooms/${roomId}/join`, { token: ben.token })).status).toBe(200);
  await context.setOffline(true);
  await sees(page, 'You are offline.');
  await make.message(ben, roomId, { content: 'Can you hear me?' });
  await line.fill('In a tunnel');
  await page.getByRole('button', { name: 'Send' }).tap();
  await sees(page, 'sending…');
  await context.setOffline(false);
  await sees(page, 'Can you hear me?');
  await page.getByText('sending…').waitFor({ state: 'detached' });
  const { body } = await server.ask('GET', `/api/chat/${roomId}/messages`, { token: ben.token });
  expect((body.data.items as { content: string }[]).map(({ content }) => content)).toEqual(['Here we go', 'Can you hear me?', 'In a tunnel']);
  await page.reload();
  await sees(page, 'In a tunnel');
  expect(complaints.filter((text) => !/ERR_INTERNET_DISCONNECTED|socket\.io| failed$/.test(text))).toEqual([]);
});
