import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor, type TestUser } from '../factories.ts';
import { type FilmSite, startFilmSite } from './film-site.ts';
import { openVisitor, sees, videoOf, type Visitor } from './visitor.ts';

const DEMO = fileURLToPath(new URL('../../src/main/demo/assets/sample-film.mp4', import.meta.url));
const SRT = '1\n00:00:00,000 --> 00:10:00,000\nСлова фильма\n';

let browser: Browser;
let server: TestApp;
let site: FilmSite;
let make: ReturnType<typeof factoriesFor>;
beforeAll(async () => {
  [browser, server, site] = await Promise.all([startBrowser(), startTestApp(), startFilmSite()]);
  make = factoriesFor(server);
});
afterEach(async () => {
  Object.assign(site, { open: true, cutAfterBytes: Infinity });
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser.close();
  await site.close();
  await server.close();
});

interface Together {
  readonly ann: Visitor;
  readonly ben: Visitor;
  readonly roomId: number;
  readonly host: TestUser;
}

/** Two people in a room that plays this film. */
async function together(movie: (owner: TestUser) => Promise<number>, other: Browser = browser): Promise<Together> {
  const [host, guest] = [await make.user(), await make.user()];
  const { id: roomId } = await make.room(host, { movieId: await movie(host) });
  await server.ask('POST', `/api/rooms/${roomId}/join`, { token: guest.token, body: {} });
  const ann = await openVisitor(browser, server);
  const ben = await openVisitor(other, server);
  await Promise.all([ann.signIn(host), ben.signIn(guest)]);
  await Promise.all([ann, ben].map(({ goto }) => goto(`/rooms/${roomId}`)));
  return { ann, ben, roomId, host };
}

const linked = (path: string) => async (owner: TestUser) => (await make.movie(owner, { url: `${site.url}${path}` })).id;
const uploaded = async (owner: TestUser): Promise<number> => {
  const { id } = await make.movie(owner);
  await server.ask('PUT', `/api/movies/${id}/file`, { token: owner.token, body: await readFile(DEMO), headers: { 'content-type': 'video/mp4' } });
  const form = new FormData();
  form.append('subtitles', new Blob([SRT]), 'ru.srt');
  const query = new URLSearchParams({ language: 'ru', label: 'Русские' }).toString();
  const added = await fetch(`${server.url}/api/movies/${id}/subtitles?${query}`, { method: 'POST', headers: { authorization: `Bearer ${owner.token}` }, body: form });
  expect(added.status).toBe(201);
  return id;
};

async function loaded(page: Page): Promise<void> {
  await expect.poll(async () => (await videoOf(page)).readyState, { timeout: 20_000 }).toBeGreaterThanOrEqual(1);
}
const play = (page: Page) => page.getByRole('button', { name: 'Play', exact: true }).click();
async function inStep(one: Page, other: Page): Promise<void> {
  const apart = async (): Promise<number> => {
    const [a, b] = await Promise.all([videoOf(one), videoOf(other)]);
    return a.paused || b.paused || a.currentTime < 0.3 ? Infinity : Math.abs(a.currentTime - b.currentTime);
  };
  await expect.poll(apart, { timeout: 30_000 }).toBeLessThan(0.3);
}
/** The lines that the player shows now. */
const lines = (page: Page) => page.evaluate(`[...document.querySelector('video').textTracks]
  .filter(({ mode }) => mode === 'showing').flatMap(({ activeCues }) => [...(activeCues ?? [])].map(({ text }) => text))`) as Promise<string[]>;

async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Subtitles and sound' }).click();
  await page.getByRole('menuitemradio', { name }).first().click();
}

describe('the player', { timeout: 120_000 }, () => {
  test('a stream plays in step, with words and sound of each one’s own', async () => {
    const { ann, ben } = await together(linked('/hls/film.m3u8'));
    await Promise.all([loaded(ann.page), loaded(ben.page)]);
    await choose(ann.page, 'English');
    await choose(ann.page, 'Русский');
    await play(ann.page);
    await inStep(ann.page, ben.page);
    await expect.poll(() => lines(ann.page)).toEqual(['Words of the stream']);
    expect(await lines(ben.page)).toEqual([]);
    await ben.page.getByRole('button', { name: 'Subtitles and sound' }).click();
    expect(await ben.page.getByRole('menuitemradio', { name: 'English' }).last().getAttribute('aria-checked')).toBe('true');
    // Kept for the next time.
    await ann.page.getByRole('button', { name: 'Pause', exact: true }).click();
    await ann.page.reload();
    await loaded(ann.page);
    await ann.page.getByRole('button', { name: 'Subtitles and sound' }).click();
    await expect.poll(() => ann.page.getByRole('menuitemradio', { name: 'Русский' }).getAttribute('aria-checked')).toBe('true');
    await expect.poll(() => lines(ann.page)).toEqual(['Words of the stream']);
    expect([...ann.complaints, ...ben.complaints]).toEqual([]);
  });

  test('added subtitles are shown to who wants them, as large and where they are wanted, and remembered', async () => {
    const { ann, ben } = await together(uploaded);
    await Promise.all([loaded(ann.page), loaded(ben.page)]);
    await choose(ben.page, 'Русские');
    await play(ann.page);
    await inStep(ann.page, ben.page);
    await expect.poll(() => lines(ben.page)).toEqual(['Слова фильма']);
    expect(await lines(ann.page)).toEqual([]);
    await choose(ben.page, 'Large');
    await choose(ben.page, 'Above');
    expect(await ben.page.evaluate(`(({ classList, textTracks }) => [classList.contains('cues-large'), textTracks[0].cues[0].line])(document.querySelector('video'))`)).toEqual([true, 1]);
    await ben.page.reload();
    await loaded(ben.page);
    await expect.poll(() => lines(ben.page)).toEqual(['Слова фильма']);
    // By a key, too.
    await ben.page.locator('body').press('s');
    await expect.poll(() => lines(ben.page)).toEqual([]);
    await ben.page.locator('body').press('?');
    await ben.page.getByRole('dialog', { name: 'Keys' }).waitFor();
    expect([...ann.complaints, ...ben.complaints]).toEqual([]);
  });

  test('where the browser wants a gesture first it is asked for, and then one is in step', async () => {
    const strict = await startBrowser(['--autoplay-policy=user-gesture-required']);
    onTestFinished(() => strict.close());
    const { ann, ben: before, roomId } = await together(uploaded, strict);
    await loaded(ann.page);
    await play(ann.page);
    const storageState = await before.context.storageState();
    await before.context.close();
    // Whatever is asked of a page from outside counts as a gesture: until it has tried to play, nothing is.
    const ben = await openVisitor(strict, server, { storageState });
    await ben.page.addInitScript(`{
      const { play } = HTMLMediaElement.prototype;
      HTMLMediaElement.prototype.play = function () {
        const playing = play.call(this);
        playing.catch(({ name }) => console.debug('play: ' + name));
        return playing;
      };
    }`);
    const refused = ben.page.waitForEvent('console', { predicate: (message) => message.text() === 'play: NotAllowedError', timeout: 30_000 });
    await ben.goto(`/rooms/${roomId}`);
    await refused;
    await ben.page.getByRole('button', { name: 'Press to start watching' }).click();
    await inStep(ann.page, ben.page);
    expect(await ben.page.getByRole('button', { name: 'Press to start watching' }).count()).toBe(0);
  });

  test.each([
    ['what no browser decodes', '/films/text.mp4', true, 'Your browser cannot play this film'],
    ['an address that leads nowhere', '/films/none.mp4', true, 'There is no film at this address'],
    ['a stream that is not there', '/hls/none.m3u8', true, 'There is no film at this address'],
    ['a stream for its own site only', '/hls/film.m3u8', false, 'The film’s site does not let it be played here'],
  ] as const)('%s is said in plain words, and the host can go on to another film', async (_what, path, open, text) => {
    site.open = open;
    const host = await make.user();
    const { id } = await make.room(host, { movieId: await linked(path)(host) });
    await make.movie(host, { title: 'Another one', url: `${site.url}/demo/sample-film.mp4` });
    const { page, signIn, goto } = await openVisitor(browser, server);
    await signIn(host);
    await goto(`/rooms/${id}`);
    await sees(page, text);
    await page.getByRole('button', { name: 'Change the film' }).click();
    await page.getByRole('dialog').getByRole('button', { name: /Another one/ }).first().click();
    await loaded(page);
    await page.getByText(text).waitFor({ state: 'detached' });
    expect((await videoOf(page)).readyState).toBeGreaterThanOrEqual(1);
  });

  test('a connection that breaks while the film plays is said, and the film goes on in step when it is back', async () => {
    const { ann, ben } = await together(linked('/demo/sample-film.mp4'));
    await Promise.all([loaded(ann.page), loaded(ben.page)]);
    await play(ann.page);
    await inStep(ann.page, ben.page);
    site.cutAfterBytes = 60_000;
    await ben.page.reload();
    // Chromium tries for a while by itself, and gives up then.
    const said = ben.page.getByText(/its connection is broken|The film does not load/).first();
    await said.waitFor({ timeout: 30_000 });
    site.cutAfterBytes = Infinity;
    await said.waitFor({ state: 'detached', timeout: 60_000 });
    await inStep(ann.page, ben.page);
    expect((await videoOf(ben.page)).paused).toBe(false);
  });
});
