import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor, type TestUser } from '../factories.ts';
import { openVisitor, sees, type Visitor, watchFor } from './visitor.ts';

let browser: Browser;
let server: TestApp;
let ann: TestUser;
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestApp()]);
  ann = await factoriesFor(server).user({ username: 'ann' });
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

/** Two tabs of one browser, both at that address. */
async function openTwo(user: TestUser, path: string): Promise<{ readonly visitor: Visitor; readonly one: Page; readonly other: Page }> {
  const visitor = await openVisitor(browser, server);
  await visitor.signIn(user);
  const other = await visitor.context.newPage();
  await visitor.goto(path);
  await other.goto(`${server.url}${path}`);
  return { visitor, one: visitor.page, other };
}

test('a profile changed in one tab is changed in the other, but for what is being typed there', { timeout: 60_000 }, async () => {
  const user = await factoriesFor(server).user();
  const { one, other } = await openTwo(user, '/profile');
  const [name, otherName] = [one.getByLabel('Name', { exact: true }), other.getByLabel('Name', { exact: true })];
  await otherName.waitFor();
  await name.fill('Ann of the hills');
  await one.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.poll(() => otherName.inputValue()).toBe('Ann of the hills');

  await otherName.fill('half of ano');
  await name.fill('Ann of the sea');
  const saved = await watchFor(one, 'Saved.');
  await one.getByRole('button', { name: 'Save', exact: true }).click();
  await saved();
  await other.getByRole('link', { name: 'Home' }).first().waitFor();
  expect(await otherName.inputValue()).toBe('half of ano');

  await one.getByLabel('Theme').selectOption('light');
  await expect.poll(() => other.locator('html').getAttribute('data-theme')).toBe('light');
  await one.getByLabel('Language', { exact: true }).selectOption('ru');
  await other.getByRole('heading', { name: 'Профиль и настройки' }).waitFor();
  expect(await otherName.count()).toBe(0);
  expect(await other.getByLabel('Имя', { exact: true }).inputValue()).toBe('half of ano');
});

test('who leaves a room in one tab has left it in the other, and who comes back is in both', { timeout: 60_000 }, async () => {
  const room = await factoriesFor(server).room(ann, { name: 'Film night' });
  const ben = await factoriesFor(server).user();
  const { one, other } = await openTwo(ben, `/rooms/${room.id}`);
  for (const page of [one, other]) await page.getByPlaceholder('Write a message').waitFor();
  await one.getByPlaceholder('Write a message').fill('From the one');
  await one.getByRole('button', { name: 'Send' }).click();
  await sees(other, 'From the one');
  await one.getByRole('button', { name: 'Leave the room' }).click();
  await other.getByRole('heading', { name: 'You have left this room elsewhere' }).waitFor();
  await other.getByRole('button', { name: 'Come in again' }).click();
  await sees(other, 'From the one');
  const { body } = await server.ask('GET', `/api/rooms/${room.id}/participants`, { token: ann.token });
  expect(new Set((body.data.items as { userId: number }[]).map(({ userId }) => userId))).toEqual(new Set([ann.id, ben.id]));
});

test('who signs out in one tab is signed out in a room of the other', { timeout: 60_000 }, async () => {
  const room = await factoriesFor(server).room(ann, { name: 'Film night' });
  const { one, other } = await openTwo(ann, `/rooms/${room.id}`);
  await other.getByPlaceholder('Write a message').waitFor();
  await one.getByRole('button', { name: 'Menu of ann' }).click();
  await one.getByRole('menuitem', { name: 'Sign out' }).click();
  // What strangers see of a public room.
  await other.getByText('Sign in to come in.').waitFor();
  expect(await other.getByPlaceholder('Write a message').count()).toBe(0);
});

test('what the server does not take is taken back where one sees it, with a word', { timeout: 60_000 }, async () => {
  const visitor = await openVisitor(browser, server);
  const { page } = visitor;
  await visitor.signIn(ann);
  await visitor.goto('/profile');
  const language = page.getByLabel('Language', { exact: true });
  const goOn = Promise.withResolvers<void>();
  await page.route('**/api/auth/profile', async (route) => {
    if (route.request().method() === 'GET') return route.continue();
    await goOn.promise;
    return route.fulfill({ status: 503, contentType: 'application/json', body: JSON.stringify({ success: false, code: 'service.unavailable', detail: 'Busy', status: 503 }) });
  });
  await language.selectOption('ru');
  await page.getByRole('heading', { name: 'Профиль и настройки' }).waitFor();
  // It goes by itself after a while.
  const told = await watchFor(page, 'Сервер сейчас занят. Попробуйте через минуту.');
  goOn.resolve();
  await told();
  await page.getByRole('heading', { name: 'Profile and settings' }).waitFor();
  expect(await language.inputValue()).toBe('en');
});
