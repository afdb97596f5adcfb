import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor } from '../factories.ts';
import { linkInMail } from './mails.ts';
import { openVisitor, sees, watchFor } from './visitor.ts';

let browser: Browser;
let server: TestApp;
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestApp()]);
});
// Nobody's page stays open beside the next one's.
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

test('a refused form keeps what was typed and says what is wrong beside the field', { timeout: 60_000 }, async () => {
  await factoriesFor(server).user({ username: 'taken-name' });
  const { page, goto } = await openVisitor(browser, server);
  await goto('/register');
  await page.getByLabel('E-mail').fill('new@example.org');
  await page.getByLabel('Username').fill('taken-name');
  await page.getByLabel('Password', { exact: true }).fill('popcorn');
  await page.getByRole('button', { name: 'Create my account' }).click();
  await sees(page, 'This name is taken. Try another one.');
  const username = page.getByLabel('Username');
  expect(await username.getAttribute('aria-invalid')).toBe('true');
  expect(await page.getByLabel('E-mail').inputValue()).toBe('new@example.org');
  expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('popcorn');

  // Over a reload too, but for the password.
  await page.reload();
  expect(await page.getByLabel('E-mail').inputValue()).toBe('new@example.org');
  expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('');
});

test('the link of a forgotten password leads to a new one', { timeout: 60_000 }, async () => {
  const user = await factoriesFor(server).user();
  const visitor = await openVisitor(browser, server);
  const { page, goto } = visitor;
  await goto('/login');
  await page.getByRole('link', { name: 'Forgot the password?' }).click();
  await page.getByLabel('E-mail').fill(user.email);
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await sees(page, 'Look into your mail');
  await goto(await linkInMail(server, /password/i, 'token'));
  await page.getByLabel('New password').fill('a new password');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await sees(page, 'The new password is set.');
  await visitor.signIn({ username: user.username, password: 'a new password' });
  expect(visitor.complaints).toEqual([]);
});

test('a reload keeps one signed in without a token that scripts could read, and two tabs agree on signing out', { timeout: 60_000 }, async () => {
  const user = await factoriesFor(server).user();
  const visitor = await openVisitor(browser, server);
  await visitor.signIn(user);
  await visitor.page.reload();
  await visitor.page.getByRole('heading', { name: /^Good to see you/ }).waitFor();
  const stored = await visitor.page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie');
  expect(stored).not.toMatch(/ey[A-Za-z0-9_-]{10,}\.|refresh/i);

  const other = await visitor.context.newPage();
  await other.goto(`${server.url}/profile`);
  await other.getByRole('heading', { name: 'Profile and settings' }).waitFor();
  await visitor.page.getByRole('button', { name: `Menu of ${user.username}` }).click();
  await visitor.page.getByRole('menuitem', { name: 'Sign out' }).click();
  await visitor.page.getByRole('link', { name: 'Start watching together' }).waitFor();
  await other.getByRole('heading', { name: 'Welcome back' }).waitFor();
  // And on signing in again, to where one was.
  await visitor.signIn(user);
  await other.getByRole('heading', { name: 'Profile and settings' }).waitFor();
  expect(visitor.complaints).toEqual([]);
});

test('the profile is changed: name, picture, language, theme, other devices', { timeout: 60_000 }, async () => {
  const user = await factoriesFor(server).user();
  const visitor = await openVisitor(browser, server);
  const { page } = visitor;
  await visitor.signIn(user);
  await visitor.goto('/profile');
  await page.getByLabel('Name', { exact: true }).fill('Ann of the hills');
  const saved = await watchFor(page, 'Saved.');
  await page.getByRole('button', { name: 'Save' }).click();
  await saved();
  await page.locator('input[type=file]').setInputFiles({
    name: 'dot.png', mimeType: 'image/png',
    buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'),
  });
  await page.getByRole('button', { name: 'Use this picture' }).click();
  await page.getByText('Choose another').waitFor();
  const signedOut = await watchFor(page, 'All other devices are signed out.');
  await page.getByRole('button', { name: 'Sign out others' }).click();
  await signedOut();
  await page.getByLabel('Theme').selectOption('light');
  expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
  const languageSaved = page.waitForResponse((answer) => answer.request().method() === 'PATCH' && answer.url().endsWith('/api/auth/profile'));
  await page.getByLabel('Language').selectOption('ru');
  await page.getByRole('heading', { name: 'Профиль и настройки' }).waitFor();
  // Shown at once; a reload would end what is still on its way.
  expect((await languageSaved).status()).toBe(200);
  await page.reload();
  await page.getByRole('heading', { name: 'Профиль и настройки' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('ru');
  expect(await page.getByLabel('Имя', { exact: true }).inputValue()).toBe('Ann of the hills');
  expect((await server.ask('GET', '/api/auth/profile', { token: user.token })).status).toBe(401);
  expect(visitor.complaints).toEqual([]);
});
