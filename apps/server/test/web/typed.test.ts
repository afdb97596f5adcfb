import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor, type TestUser } from '../factories.ts';
import { openVisitor, sees } from './visitor.ts';

let browser: Browser;
let server: TestApp;
let ann: TestUser;
let roomId: number;
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestApp()]);
  const make = factoriesFor(server);
  ann = await make.user({ username: 'ann' });
  roomId = (await make.room(ann, { name: 'Film night' })).id;
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

interface Form {
  readonly name: string;
  readonly path: () => string;
  readonly signedIn: boolean;
  readonly open?: (page: Page) => Promise<void>;
  readonly typed: Readonly<Record<string, string>>;
  readonly submit: string;
  /** What it asks of the server. */
  readonly request: RegExp;
  readonly done: (page: Page) => Promise<unknown>;
}

const FORMS: readonly Form[] = [
  {
    name: 'signing up', path: () => '/register', signedIn: false,
    typed: { 'E-mail': 'new@example.org', Username: 'newcomer', Password: 'popcorn and rain' }, submit: 'Create my account', request: /\/api\/auth\/register$/,
    done: (page) => page.getByRole('heading', { name: 'Good to see you, newcomer' }).waitFor(),
  },
  {
    name: 'a new room', path: () => '/rooms/new', signedIn: true,
    typed: { 'Name of the room': 'Saturday', 'What is it about? (if you like)': 'Old films', Places: '7' }, submit: 'Open the room', request: /\/api\/rooms$/,
    done: (page) => page.getByRole('heading', { name: 'Saturday' }).waitFor(),
  },
  {
    name: 'the profile', path: () => '/profile', signedIn: true,
    typed: { Name: 'Ann of the hills', 'A few words about you': 'Films and rain.' }, submit: 'Save', request: /\/api\/auth\/profile$/,
    done: (page) => sees(page, 'Saved.'),
  },
  {
    name: 'a film', path: () => '/movies', signedIn: true,
    async open(page) {
      await page.getByRole('button', { name: 'Add a film' }).first().click();
      await page.getByText('Paste a link').click();
    },
    typed: { 'Address of the film': 'https://films.example.org/a.mp4', Title: 'Paper Boats', 'Description (if you like)': 'A river.', Year: '2008' },
    submit: 'Add the film', request: /\/api\/movies$/,
    done: (page) => page.getByRole('dialog').waitFor({ state: 'detached' }),
  },
  {
    name: 'the settings of a room', path: () => `/rooms/${roomId}`, signedIn: true,
    open: (page) => page.getByRole('button', { name: 'Room settings' }).click(),
    typed: { 'Name of the room': 'Film night, later', 'What is it about? (if you like)': 'Bring tea.', Places: '9' }, submit: 'Save', request: /\/api\/rooms\/\d+$/,
    done: (page) => page.getByRole('heading', { name: 'Film night, later' }).waitFor(),
  },
];

/** Changes only: what a page asks to be shown goes through. */
const changing = (act: (route: Route) => Promise<void>) => (route: Route): Promise<void> =>
  (route.request().method() === 'GET' ? route.continue() : act(route));

describe('what was typed stays while the server is slow, away or broken, and goes through afterwards:', { timeout: 60_000 }, () => {
  test.each(FORMS)('$name', async ({ path, signedIn, open, typed, submit, request, done }) => {
    const visitor = await openVisitor(browser, server);
    const { page } = visitor;
    if (signedIn) await visitor.signIn(ann);
    await visitor.goto(path());
    await open?.(page);
    const field = (label: string) => page.getByLabel(label, { exact: true }).first();
    const holds = async (): Promise<void> => {
      for (const [label, text] of Object.entries(typed)) expect(await field(label).inputValue(), label).toBe(text);
    };
    for (const [label, text] of Object.entries(typed)) await field(label).fill(text);
    const button = page.getByRole('button', { name: submit, exact: true });

    // Slow, and then gone.
    const asked = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    await page.route(request, changing(async (route) => {
      asked.resolve();
      await goOn.promise;
      await route.abort();
    }));
    await button.click();
    await asked.promise;
    await holds();
    expect(await button.getAttribute('aria-busy')).toBe('true');
    goOn.resolve();
    await sees(page, 'The server did not answer.');
    await holds();

    // Broken.
    await page.unroute(request);
    await page.route(request, changing((route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' })));
    await button.click();
    await sees(page, 'The server gave no answer that makes sense.');
    await holds();

    await page.unroute(request);
    await button.click();
    await done(page);
  });

  test('a message to the room, which is sent by itself when the server is back', async () => {
    const visitor = await openVisitor(browser, server);
    const { page, context } = visitor;
    await visitor.signIn(ann);
    await visitor.goto(`/rooms/${roomId}`);
    const line = page.getByPlaceholder('Write a message');
    await line.fill('half a thou');
    // One half written, over a reload; one sent without a network, over another.
    await page.reload();
    await line.waitFor();
    expect(await line.inputValue()).toBe('half a thou');
    await context.setOffline(true);
    await line.fill('a whole thought');
    await page.getByRole('button', { name: 'Send' }).click();
    await sees(page, 'sending…');
    await line.fill('and the next');
    await context.setOffline(false);
    await expect.poll(async () => {
      const { body } = await server.ask('GET', `/api/chat/${roomId}/messages`, { token: ann.token });
      return (body.data.items as { content: string }[]).map(({ content }) => content);
    }).toContain('a whole thought');
    expect(await line.inputValue()).toBe('and the next');
  });
});
