import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor, type TestUser } from '../factories.ts';
import { openVisitor, sees, type Visitor } from './visitor.ts';

let browser: Browser;
let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let host: TestUser;
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestApp()]);
  make = factoriesFor(server);
  host = await make.user({ username: 'the-host' });
});
// Nobody's page stays open beside the next one's.
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

async function invited(who: TestUser, name: string): Promise<number> {
  const room = await make.room(host, { name, isPrivate: true });
  const { status } = await server.ask('POST', `/api/rooms/${room.id}/invitations`, { token: host.token, body: { userId: who.id } });
  expect(status).toBe(201);
  return room.id;
}
const bell = (page: Page, unread = 0) => page.getByRole('button', { name: unread === 0 ? 'Notices' : `Notices, ${unread} unread`, exact: true });
const panel = (page: Page) => page.getByRole('dialog', { name: 'Notices' });

async function signedIn(user: TestUser, options: Parameters<typeof openVisitor>[2] = {}): Promise<Visitor> {
  const visitor = await openVisitor(browser, server, options);
  await visitor.signIn(user);
  return visitor;
}

test('an invitation rings in both tabs without a reload, and seen in one is seen in the other', { timeout: 60_000 }, async () => {
  const user = await make.user();
  const { page: first, context, complaints } = await signedIn(user);
  const second = await context.newPage();
  await second.goto(server.url);
  await Promise.all([first, second].map((page) => bell(page).waitFor()));
  await bell(first).click();
  await sees(first, 'Nothing has happened yet.');
  await first.keyboard.press('Escape');

  const roomId = await invited(user, 'Late show');
  await invited(user, '<b>Matinee</b>');
  await Promise.all([first, second].map((page) => bell(page, 2).waitFor()));
  await expect.poll(() => second.title()).toBe('(2) WatchParty');

  await bell(first, 2).click();
  await panel(first).getByText('the-host invites you to “<b>Matinee</b>”').waitFor();
  // Seen, and so read, everywhere; while one looks, one sees what was new.
  await Promise.all([first, second].map((page) => bell(page).waitFor()));
  expect(await panel(first).locator('.notice.new').count()).toBe(2);
  await expect.poll(() => second.title()).toBe('WatchParty');

  await panel(first).getByRole('link', { name: 'the-host invites you to “Late show”' }).click();
  await first.getByRole('heading', { name: 'Late show' }).waitFor();
  expect(new URL(first.url()).pathname).toBe(`/rooms/${roomId}`);
  await panel(first).waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
});

test('who was away finds what was said, and marks all as read or removes it in every tab', { timeout: 60_000 }, async () => {
  const user = await make.user();
  const { id } = await make.room(host, { name: 'Talk' });
  await server.ask('POST', `/api/rooms/${id}/join`, { token: user.token });
  for (let nth = 1; nth <= 25; nth += 1) await make.message(host, id, { content: `@${user.username} number ${nth}.` });
  const { page: first, context } = await signedIn(user);
  const second = await context.newPage();
  await second.goto(server.url);
  await Promise.all([first, second].map((page) => bell(page, 25).waitFor()));

  // By keyboard: open, mark all, close.
  await bell(first, 25).focus();
  await first.keyboard.press('Enter');
  await panel(first).getByText('number 25.').waitFor();
  expect(await panel(first).getByText('Today').count()).toBe(1);
  await panel(first).getByRole('button', { name: 'Mark all as read' }).press('Enter');
  await Promise.all([first, second].map((page) => bell(page).waitFor()));
  await panel(first).getByRole('button', { name: 'Show older ones' }).click();
  await panel(first).getByText('number 1.', { exact: false }).last().waitFor();
  expect(await panel(first).getByRole('listitem').count()).toBe(25);
  await first.keyboard.press('Escape');
  await panel(first).waitFor({ state: 'detached' });
  expect(await first.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Notices');

  await Promise.all([first, second].map((page) => bell(page).click()));
  const newest = (page: Page) => panel(page).getByText('number 25.');
  await newest(second).waitFor();
  await panel(first).getByRole('listitem').first().hover();
  await panel(first).getByRole('button', { name: /^Remove/ }).first().click();
  await Promise.all([first, second].map((page) => newest(page).waitFor({ state: 'detached' })));
});

test('a friend request is answered from there, and gone in both tabs', { timeout: 60_000 }, async () => {
  const [user, one, other] = [await make.user(), await make.user({ username: 'one' }), await make.user({ username: 'other' })];
  const { page: first, context, complaints } = await signedIn(user);
  const second = await context.newPage();
  await second.goto(server.url);
  await Promise.all([first, second].map((page) => bell(page).waitFor()));
  for (const { token } of [one, other]) {
    expect((await server.ask('POST', '/api/friends/requests', { token, body: { userId: user.id } })).status).toBe(201);
  }
  await Promise.all([first, second].map((page) => page.getByRole('button', { name: /^Notices/ }).click()));
  const request = (page: Page, name: string) => panel(page).getByRole('listitem').filter({ hasText: `${name} wants to be your friend` });
  await request(first, 'one').getByRole('button', { name: 'Accept' }).click();
  await sees(first, 'one is your friend now');
  await request(second, 'other').getByRole('button', { name: 'Decline' }).click();
  for (const page of [first, second]) await sees(page, 'Nothing has happened yet.');
  const { items } = (await server.ask('GET', '/api/friends', { token: user.token })).body.data;
  expect(items).toHaveLength(1);
  expect(complaints).toEqual([]);
});

test('on a phone they come as a sheet, in Russian too; what fails says so and comes after all', { timeout: 60_000 }, async () => {
  const user = await make.user();
  await invited(user, 'Ночной сеанс');
  const { page, context } = await signedIn(user, { viewport: { width: 390, height: 844 } });
  await context.addInitScript(`localStorage.setItem('watchparty:locale', 'ru')`);
  let away = true;
  await page.route('**/api/notices?*', (route) => (away ? route.fulfill({ status: 503, body: '' }) : route.continue()));
  await page.goto(server.url);
  await page.getByRole('button', { name: /^Уведомления/ }).click();
  const sheet = page.getByRole('dialog', { name: 'Уведомления' });
  await sheet.getByText('Не удалось загрузить уведомления').waitFor();
  away = false;
  await sheet.getByRole('button', { name: 'Повторить' }).click();
  await sheet.getByText('the-host зовёт вас в комнату «Ночной сеанс»').waitFor();
  const box = (await sheet.boundingBox())!;
  expect([box.x, Math.round(box.y + box.height), box.width]).toEqual([0, 844, 390]);
});
