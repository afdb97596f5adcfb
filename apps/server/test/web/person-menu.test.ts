import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor, type TestUser } from '../factories.ts';
import { openVisitor, type Visitor } from './visitor.ts';

let browser: Browser;
let server: TestApp;
let user: TestUser;
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestApp()]);
  user = await factoriesFor(server).user();
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

/** The menu's code comes when this is called, and not before. */
async function holdMenu({ page }: Visitor): Promise<{ readonly asked: Promise<void>; readonly release: () => Promise<void> }> {
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  await page.route(/\/assets\/person-menu-.*\.js$/, async (route) => {
    asked.resolve();
    await released.promise;
    await route.continue();
  });
  return {
    asked: asked.promise,
    async release() {
      const loaded = page.waitForResponse(/\/assets\/person-menu-.*\.js$/);
      released.resolve();
      await (await loaded).finished();
      // By the next frame but one React has shown whatever it will.
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    },
  };
}

test('a press while the menu’s code is on its way opens it, whenever it comes', { timeout: 60_000 }, async () => {
  const visitor = await openVisitor(browser, server);
  await visitor.signIn(user);
  await visitor.page.mouse.move(0, 600);
  const code = await holdMenu(visitor);
  const button = visitor.page.getByRole('button', { name: `Menu of ${user.username}` });
  const { x, y, width, height } = (await button.boundingBox())!;
  await visitor.page.mouse.move(x + width / 2, y + height / 2);
  await code.asked;
  // Between the press and its release.
  await visitor.page.mouse.down();
  await code.release();
  await visitor.page.mouse.up();
  await visitor.page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
  // The same button closes it.
  await button.click();
  await visitor.page.getByRole('menu').waitFor({ state: 'detached' });
  expect(await button.getAttribute('aria-expanded')).toBe('false');
  await button.click();
  await visitor.page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
});

test('the keyboard stays on the button while the code comes, goes into the menu, and comes back', { timeout: 60_000 }, async () => {
  const visitor = await openVisitor(browser, server);
  await visitor.signIn(user);
  const code = await holdMenu(visitor);
  const button = visitor.page.getByRole('button', { name: `Menu of ${user.username}` });
  const focused = (): Promise<unknown> => visitor.page.evaluate(`document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent`);
  await button.focus();
  await code.asked;
  await code.release();
  expect(await focused()).toBe(`Menu of ${user.username}`);
  await visitor.page.keyboard.press('Enter');
  await visitor.page.getByRole('menuitem', { name: 'Profile and settings' }).waitFor();
  await visitor.page.keyboard.press('ArrowDown');
  await expect.poll(focused).not.toBe(`Menu of ${user.username}`);
  await visitor.page.keyboard.press('Escape');
  await expect.poll(focused).toBe(`Menu of ${user.username}`);
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
});
