import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { TestApp } from '../app.ts';
import { watchPage } from '../browser.ts';
import type { TestUser } from '../factories.ts';

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors and warnings of the browser's console, uncaught errors and requests that failed. */
  readonly complaints: string[];
  goto(path: string): Promise<void>;
  /** Signs in by the form, as that user. */
  signIn(user: Pick<TestUser, 'username' | 'password'>): Promise<void>;
}

/** Somebody with a browser of their own. */
export async function openVisitor(browser: Browser, { url }: Pick<TestApp, 'url'>, options: BrowserContextOptions = {}): Promise<Visitor> {
  // The service worker has tests of its own (install.test.ts); requests that go through it cannot be held up or counted.
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', serviceWorkers: 'block', ...options });
  // A busy machine is no failure.
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const { complaints, strangers } = watchPage(page, url);
  const goto = async (path: string): Promise<void> => {
    await page.goto(`${url}${path}`);
  };
  return {
    page, context, complaints, goto,
    async signIn({ username, password }) {
      await goto('/login');
      await page.getByLabel('E-mail or username').fill(username);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('heading', { name: /^Good to see you/ }).waitFor();
      expect(strangers).toEqual([]);
    },
  };
}

/** Waits until there is such a text on the page. */
export const sees = (page: Page, text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();

/** The values of a video, as it is now. */
export const videoOf = (page: Page): Promise<{ currentTime: number; paused: boolean; readyState: number }> =>
  page.evaluate(`(({ currentTime, paused, readyState }) => ({ currentTime, paused, readyState }))(document.querySelector('video'))`);

/** As long as any other wait here, and not for ever: what the page evaluates has no limit of its own. */
const WATCHED_MS = 15_000;

/** Looks out for a text that is there for a moment only, from now on; answers how to wait for it. */
export async function watchFor(page: Page, text: string): Promise<() => Promise<void>> {
  await page.evaluate(`window.watched = new Promise((seen) => {
    new MutationObserver((_, observer) => {
      if (!document.body.textContent.includes(${JSON.stringify(text)})) return;
      observer.disconnect();
      seen(true);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  }); 0`);
  return async () => {
    const seen = await page.evaluate(`Promise.race([window.watched, new Promise((late) => setTimeout(late, ${WATCHED_MS}, false))])`);
    if (seen !== true) throw new Error(`There was no “${text}” on the page, which says: ${await page.locator('body').innerText()}`);
  };
}
