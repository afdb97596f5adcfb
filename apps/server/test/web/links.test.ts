import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor, type TestUser } from '../factories.ts';
import { linkInMail } from './mails.ts';
import { openVisitor } from './visitor.ts';

let browser: Browser;
let server: TestApp;
let host: TestUser;
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestApp({ REGISTRATION: 'invite', ADMIN_EMAIL: 'host@example.org' })]);
  host = await factoriesFor(server).user({ username: 'host' });
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

test('the invitation in a mail leads a newcomer through signing up into the private room', { timeout: 60_000 }, async () => {
  const room = await factoriesFor(server).room(host, { name: 'Just for us', isPrivate: true });
  const { status } = await server.ask('POST', `/api/rooms/${room.id}/invitations`, { token: host.token, body: { email: 'new@example.org' } });
  expect(status).toBeLessThan(300);
  const link = await linkInMail(server, /invites you to “Just for us”/, 'invite');
  expect(link).toMatch(new RegExp(`^/rooms/${room.id}\\?invite=[\\w-]+$`));

  const { page, goto, complaints } = await openVisitor(browser, server);
  await goto(link);
  await page.getByRole('main').getByRole('link', { name: 'Sign up' }).click();
  await page.getByLabel('E-mail').fill('new@example.org');
  await page.getByLabel('Username').fill('newcomer');
  await page.getByLabel('Password', { exact: true }).fill('popcorn and rain');
  await page.getByRole('button', { name: 'Create my account' }).click();
  await page.getByRole('heading', { name: 'Just for us' }).waitFor();
  await page.getByPlaceholder('Write a message').waitFor();
  expect(new URL(page.url()).pathname).toBe(`/rooms/${room.id}`);
  const { body } = await server.ask('GET', `/api/rooms/${room.id}/participants`, { token: host.token });
  expect((body.data.items as { username: string }[]).map(({ username }) => username)).toContain('newcomer');
  expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
});

test('who has an account signs in on the way, from the page that asks newcomers in, too', { timeout: 60_000 }, async () => {
  const room = await factoriesFor(server).room(host, { name: 'Second room', isPrivate: true });
  const { invite } = (await server.ask('POST', `/api/rooms/${room.id}/invite-link`, { token: host.token })).body.data as { invite: string };
  const guest = await server.ask('POST', '/api/auth/register', { body: { username: 'ben', email: 'ben@example.org', password: 'correct horse', invite } });
  expect(guest.status).toBe(201);

  const { page, goto } = await openVisitor(browser, server);
  await goto(`/rooms/${room.id}?invite=${invite}`);
  await page.getByRole('main').getByRole('link', { name: 'Sign up' }).click();
  await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('E-mail or username').fill('ben');
  await page.getByLabel('Password', { exact: true }).fill('correct horse');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Second room' }).waitFor();
  expect(new URL(page.url()).pathname).toBe(`/rooms/${room.id}`);
});
