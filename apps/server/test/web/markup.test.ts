import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor, type TestUser } from '../factories.ts';
import { openVisitor, sees } from './visitor.ts';

/** As markup each would leave an element behind, whether or not the policy lets it run. */
const texts = (where: string) => `<img class="taken" src="/favicon.svg"><b class="taken">${where}</b>{{7*7}}\${7*7}&lt;i&gt;`;

let browser: Browser;
let server: TestApp;
let ann: TestUser;
let roomId: number;
let invite: string;
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestApp()]);
  const make = factoriesFor(server);
  ann = await make.user({ username: 'ann' });
  await server.ask('PATCH', '/api/auth/profile', { token: ann.token, body: { displayName: texts('name').slice(0, 60), bio: texts('bio') } });
  const [film, next] = [await make.movie(ann, { title: texts('film'), description: texts('plot') }), await make.movie(ann, { title: texts('next') })];
  const room = await make.room(ann, { name: texts('room').slice(0, 100), description: texts('about'), movieId: film.id });
  roomId = room.id;
  const first = await make.message(ann, roomId, { content: texts('message') });
  await make.message(ann, roomId, { content: `@ann ${texts('reply')} javascript:alert(1) https://example.org/"onmouseover="x <a href=javascript:x>`, replyToId: first.id });
  await server.ask('POST', `/api/rooms/${roomId}/playlist`, { token: ann.token, body: { movieId: next.id } });
  invite = (await server.ask('POST', `/api/rooms/${roomId}/invite-link`, { token: ann.token })).body.data.invite;
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

async function isText(page: Page, ...said: readonly string[]): Promise<void> {
  for (const where of said) await sees(page, `<b class="taken">${where}</b>`);
  expect(await page.locator('.taken, script:not([src]), [onmouseover], [onerror], a[href^="javascript:"]').count()).toBe(0);
}

test('what strangers are shown of a room, of films and of people stays text', { timeout: 60_000 }, async () => {
  const { page, goto, complaints } = await openVisitor(browser, server);
  await goto('/');
  await isText(page, 'room', 'film');
  await goto('/rooms');
  await isText(page, 'room', 'about');
  await goto('/movies');
  await isText(page, 'film', 'next');
  await goto(`/rooms/${roomId}?invite=${invite}`);
  await isText(page, 'room', 'about');
  expect(await page.title()).toContain('<b class="taken">room</b>');
  await page.getByLabel('Your name').fill('<b class="taken">guest</b>');
  await page.getByRole('button', { name: 'Come in' }).click();
  await isText(page, 'room', 'message');
  await page.getByPlaceholder('Write a message').fill(texts('from a guest'));
  await page.getByRole('button', { name: 'Send' }).click();
  await isText(page, 'message', 'reply', 'from a guest', 'guest');
  await page.getByRole('tab', { name: /People/ }).click();
  await isText(page, 'guest');
  expect(complaints).toEqual([]);
});

test('what members are shown, in lists, fields, dialogs and messages about it, stays text', { timeout: 60_000 }, async () => {
  const visitor = await openVisitor(browser, server);
  const { page, goto } = visitor;
  await goto('/login');
  await page.getByLabel('E-mail or username').fill('ann');
  await page.getByLabel('Password', { exact: true }).fill(ann.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: /^Good to see you/ }).waitFor();
  await isText(page, 'room', 'film');
  await goto('/profile');
  await sees(page, 'This device');
  expect(await page.getByLabel('A few words about you').inputValue()).toBe(texts('bio'));
  await goto('/rooms/new');
  await expect.poll(() => page.locator('option').allInnerTexts()).toContain(texts('film'));
  await isText(page);
  await goto(`/rooms/${roomId}`);
  await isText(page, 'room', 'message', 'reply');
  // One link, to where it says; what else looks like one is not.
  expect(await page.evaluate(`[...document.querySelectorAll('.message-text a')].map(({ href }) => href)`)).toEqual(['https://example.org/']);
  await page.getByRole('tab', { name: 'Playlist' }).click();
  await isText(page, 'next');
  await page.getByRole('tab', { name: /People/ }).click();
  await isText(page, 'room');
  await page.getByRole('button', { name: 'Room settings' }).click();
  expect(await page.getByLabel('Name of the room').inputValue()).toBe(texts('room').slice(0, 100));
  await page.getByRole('button', { name: 'Delete the room' }).click();
  await isText(page, 'room');
  expect(visitor.complaints).toEqual([]);
});
