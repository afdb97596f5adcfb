import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtApp } from '@watchparty/web';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor } from '../factories.ts';
import { openVisitor, sees, type Visitor } from './visitor.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const FILM = new URL('../../src/main/demo/assets/sample-film.mp4', import.meta.url);
const PICTURE = join(builtApp, 'icon-512.png');
const HOSTILE = '<img src=x onerror="document.title=1">';
const LONG = 'W'.repeat(100);
/** Compressed, before any player. */
const FIRST_LOAD_BYTES = 170_000;

let browser: Browser;
let server: TestApp;
let roomId: number;
let invite: string;
let annId: number;
let doraId: number;
let eventId: number;
let cancelledId: number;
let stranger: Visitor;
let member: Visitor;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestApp()]);
  const make = factoriesFor(server);
  const ann = await make.user({ username: 'ann' });
  const film = await make.movie(ann, { title: HOSTILE, description: HOSTILE });
  await server.ask('PUT', `/api/movies/${film.id}/file`, { token: ann.token, body: await readFile(FILM), headers: { 'content-type': 'video/mp4' } });
  const words = new FormData();
  words.append('subtitles', new Blob(['WEBVTT\n\n00:00.000 --> 10:00.000\nWords\n']));
  await fetch(`${server.url}/api/movies/${film.id}/subtitles?language=en&label=English`, {
    method: 'POST', body: words, headers: { authorization: `Bearer ${ann.token}` },
  });
  await make.movie(ann, { title: LONG });
  const room = await make.room(ann, { name: HOSTILE, description: 'x'.repeat(500), movieId: film.id });
  await make.room(ann, { name: LONG, password: 'secret' });
  const startsAt = new Date(Date.now() + 86_400_000).toISOString();
  await server.ask('POST', '/api/events', { token: ann.token, body: { title: HOSTILE, startsAt, online: true, visibility: 'friends', timeZone: 'UTC' } });
  const ben = await make.user({ username: 'ben' });
  for (const name of [HOSTILE, LONG]) {
    const party = await make.room(ben, { name, isPrivate: true });
    await server.ask('POST', `/api/rooms/${party.id}/invitations`, { token: ben.token, body: { userId: ann.id } });
  }
  const [carl, dora] = [await make.user({ username: 'carl' }), await make.user({ username: 'dora' })];
  for (const [who, displayName] of [[ben, HOSTILE], [carl, LONG.slice(0, 60)], [dora, 'Dora']] as const) {
    await server.ask('PATCH', '/api/auth/profile', { token: who.token, body: { displayName, bio: `${HOSTILE} ${LONG}` } });
  }
  for (const [from, to] of [[ann, ben], [ben, ann], [ben, dora], [dora, ben], [carl, ann], [ann, dora]] as const) {
    await server.ask('POST', '/api/friends/requests', { token: from.token, body: { userId: to.id } });
  }
  const made = async (owner: { token: string }, given: object): Promise<number> =>
    (await server.ask('POST', '/api/events', { token: owner.token, body: { startsAt, timeZone: 'Asia/Tbilisi', visibility: 'public', ...given } })).body.data.id;
  eventId = await made(ann, {
    title: LONG, description: LONG, online: true, url: `https://example.org/${LONG}`, roomId: room.id, opensRoom: true, capacity: 1, location: { lat: 52.52, lng: 13.4, address: LONG },
  });
  for (const { token } of [carl, ben, dora]) await server.ask('POST', `/api/events/${eventId}/rsvp`, { token, body: { status: 'going' } });
  await server.ask('POST', `/api/events/${eventId}/invitations`, { token: ann.token, body: { userIds: [ben.id] } });
  await made(ben, { title: HOSTILE, location: { lat: 52.5, lng: 13.42 } });
  cancelledId = await made(ben, { title: 'Called off', online: true });
  await server.ask('POST', `/api/events/${cancelledId}/cancel`, { token: ben.token });
  [annId, doraId] = [ann.id, dora.id];
  await make.message(ann, room.id, { content: HOSTILE });
  await make.message(ann, room.id, { content: 'x'.repeat(400) });
  roomId = room.id;
  invite = (await server.ask('POST', `/api/rooms/${roomId}/invite-link`, { token: ann.token })).body.data.invite;
  stranger = await openVisitor(browser, server);
  member = await openVisitor(browser, server);
  await member.signIn(ann);
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

/** How much moves after two frames. */
const MOVING =
  'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(document.getAnimations().length))))';

/** What axe finds, by theme; and where something sticks out sideways, by width. */
async function flaws(page: Page): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Asked from outside: the policy lets nobody evaluate a text again and again inside.
    await expect.poll(() => page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe(colorScheme);
    // A colour that is on its way may have others follow it when it arrives: twice in a row nothing moves.
    let still = 0;
    await expect.poll(async () => (still = (await page.evaluate(MOVING)) === 0 ? still + 1 : 0)).toBeGreaterThanOrEqual(2);
    const { violations } = (await page.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })`)) as {
      violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
    };
    for (const { id, nodes } of violations) found.push({ colorScheme, id, nodes: nodes.slice(0, 3).map(({ html, failureSummary }) => `${html} ${failureSummary}`) });
  }
  const before = page.viewportSize()!;
  for (const width of [360, 2560]) {
    await page.setViewportSize({ width, height: 800 });
    const scrollWidth = await page.evaluate('document.documentElement.scrollWidth');
    if (scrollWidth !== width) found.push({ width, scrollWidth });
  }
  await page.setViewportSize(before);
  return found;
}

/** Runs once for each page: nothing inline is allowed, so it is brought in from outside of the policy. */
const bringAxe = async (page: Page): Promise<void> => void (await page.evaluate(await readFile(AXE, 'utf8')));

async function looksWell({ page, goto, complaints }: Visitor, path: string, ready: (page: Page) => Promise<unknown>): Promise<void> {
  await goto(path);
  await page.locator('main [aria-busy=true]').waitFor({ state: 'detached' });
  await ready(page);
  await bringAxe(page);
  expect(await flaws(page), path).toEqual([]);
  expect(await page.title()).not.toBe('1');
  expect(complaints).toEqual([]);
}

const heading = (name: string | RegExp) => (page: Page) => page.getByRole('heading', { name }).first().waitFor();

// A busy machine is no failure.
describe('strangers', { timeout: 60_000 }, () => {
  test.each([
    ['/', heading('Watch a film together')],
    ['/login', heading('Welcome back')],
    ['/register', heading('Come on in')],
    ['/forgot-password', heading('Forgot the password?')],
    ['/reset-password?token=x', heading('A new password')],
    ['/rooms', (page: Page) => sees(page, LONG)],
    ['/movies', (page: Page) => sees(page, LONG)],
    ['/events', (page: Page) => sees(page, LONG)],
    ['/events?tab=nearby', heading('Where shall we look?')],
    ['/offline.html', heading('You are offline')],
  ] as const)('%s can be read by everybody', (path, ready) => looksWell(stranger, path, ready));

  test('an invitation can be read by everybody', () => looksWell(stranger, `/rooms/${roomId}?invite=${invite}`, heading(HOSTILE)));

  test('the first load is light', async () => {
    const { page, goto, context } = await openVisitor(browser, server);
    await goto('/');
    await sees(page, 'New films');
    const scripts = (await page.evaluate(`performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).map(({ name, encodedBodySize }) => [name, encodedBodySize])`)) as [string, number][];
    expect(scripts.length).toBeGreaterThan(2);
    const bytes = scripts.reduce((sum, [, size]) => sum + size, 0);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes, JSON.stringify(scripts)).toBeLessThan(FIRST_LOAD_BYTES);
    await context.close();
  });

  test('an address that is none says so, with a way on', async () => {
    const { page, goto, context } = await openVisitor(browser, server);
    await goto('/nothing/here');
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    await page.getByRole('link', { name: 'To the home page' }).click();
    await sees(page, 'Open now');
    expect(new URL(page.url()).pathname).toBe('/');
    await context.close();
  });
});

describe('members', { timeout: 60_000 }, () => {
  test.each([
    ['/', heading('Coming up')],
    ['/rooms?mine=true', (page: Page) => sees(page, LONG)],
    ['/rooms/new', heading('Open a room')],
    ['/movies?mine=true', (page: Page) => sees(page, LONG)],
    ['/profile', (page: Page) => sees(page, 'This device')],
  ] as const)('%s can be read by everybody', (path, ready) => looksWell(member, path, ready));

  test('friends, and who asks', () => looksWell(member, '/friends', async (page) => {
    await page.getByRole('button', { name: /^Accept W/ }).waitFor();
    await page.getByText('Blocked people').click();
    await sees(page, 'You have blocked nobody.');
  }));

  test('people who are found', () => looksWell(member, '/friends?q=dora', (page) => sees(page, 'Waiting for an answer')));

  test('nobody who is found', () => looksWell(member, '/friends?q=qqqqqq', (page) => sees(page, 'Nobody here is called')));

  test('one’s own page', () => looksWell(member, `/people/${annId}`, async (page) => {
    await page.getByText('As a table').click();
    await page.getByRole('table').waitFor();
  }));

  test('somebody’s page', () => looksWell(member, `/people/${doraId}`, heading('Friends in common')));

  test('the dialogs about a friend', async () => {
    await looksWell(member, '/friends', async (page) => {
      await page.getByRole('button', { name: /^What to do about/ }).click();
      await page.getByRole('menuitem', { name: 'Invite to watch' }).click();
      await page.getByRole('button', { name: /^Invite to “W/ }).waitFor();
    });
    await looksWell(member, '/friends', async (page) => {
      await page.getByRole('button', { name: /^What to do about/ }).click();
      await page.getByRole('menuitem', { name: 'Block' }).click();
      await page.getByRole('dialog').waitFor();
    });
  });

  test.each([
    ['/events?tab=mine', (page: Page) => sees(page, LONG)],
    ['/events?tab=friends', (page: Page) => sees(page, HOSTILE)],
    ['/events?tab=nearby&place=52.52,13.4', (page: Page) => page.getByRole('img', { name: /^Map with 2 events/ }).waitFor()],
    ['/events?tab=trending', (page: Page) => sees(page, LONG)],
    ['/events/new', async (page: Page) => {
      await page.getByRole('switch', { name: 'At a place' }).click();
      await page.getByLabel('Who may see it').selectOption('private');
      await page.getByRole('checkbox').first().waitFor();
    }],
    ['/calendar?view=month', (page: Page) => page.getByRole('table').waitFor()],
    ['/calendar?view=list', heading('In your calendar program')],
  ] as const)('%s can be read by everybody', (path, ready) => looksWell(member, path, ready));

  test('an invitation to an event', () => looksWell(member, `/events/${eventId}`, (page) => page.getByRole('button', { name: 'Wait for a seat' }).waitFor()));

  test('a cancelled event', () => looksWell(member, `/events/${cancelledId}`, (page) => sees(page, 'it was cancelled')));

  test('an event that is changed', () => looksWell(member, `/events/${eventId}/edit`, (page) => page.getByRole('application').waitFor()));

  test('who comes to an event', () => looksWell(member, `/events/${eventId}`, async (page) => {
    await page.getByRole('button', { name: 'Everybody' }).click();
    await page.getByRole('dialog').getByText('waits, number 1').waitFor();
  }));

  test('the guests of an event', () => looksWell(member, `/events/${eventId}`, async (page) => {
    await page.getByRole('button', { name: 'Guests' }).click();
    await page.getByText('All your friends are invited.').waitFor();
  }));

  test('notices', () => looksWell(member, '/', async (page) => {
    await page.getByRole('button', { name: /^Notices/ }).click();
    await page.getByRole('dialog').getByText('ben invites you to').first().waitFor();
  }));

  const drawn = (title: string) => (page: Page) => page.getByRole('figure', { name: title }).getByRole('img').waitFor();
  test.each([
    ['/admin', drawn('Requests and errors')],
    ['/admin/jobs', drawn('Waiting over time')],
    ['/admin/cache', (page: Page) => page.getByRole('rowheader', { name: /^rooms\.one/ }).waitFor()],
    ['/admin/live', drawn('Connections and rooms')],
    ['/admin/limits', drawn('Strangers, by address')],
    ['/admin/sessions', drawn('The last 30 days')],
    ['/admin/reports', (page: Page) => sees(page, 'There is no report yet.')],
    ['/admin/users', (page: Page) => sees(page, 'ann@example.org')],
    ['/admin/audit', (page: Page) => page.getByRole('listitem').filter({ hasText: 'Registered' }).first().waitFor()],
  ] as const)('%s can be read by everybody who may', (path, ready) => looksWell(member, path, ready));

  test('the dialog for a film', () => looksWell(member, '/movies', async (page) => {
    await page.getByRole('button', { name: 'Add a film' }).first().click();
    await page.getByRole('dialog').waitFor();
  }));

  test('the dialog that cuts a picture', () => looksWell(member, '/profile', async (page) => {
    await page.locator('input[type=file]').setInputFiles(PICTURE);
    await page.getByRole('button', { name: 'Use this picture' }).isEnabled();
    await page.getByLabel('Zoom').waitFor();
  }));

  test('the dialog that sets up a second factor', () => looksWell(member, '/profile', async (page) => {
    await page.getByRole('button', { name: 'Set it up' }).click();
    await page.getByRole('img', { name: 'QR code with the secret below' }).waitFor();
  }));

  test('what is known of a film, for its owner', () => looksWell(member, '/movies?mine=true', async (page) => {
    await page.getByRole('button', { name: `What to do with ${HOSTILE}` }).click();
    await page.getByRole('menuitem', { name: 'Details' }).click();
    await page.getByRole('button', { name: 'Take it from the film' }).click();
    await expect.poll(() => page.getByLabel('Moment of the film').isEnabled()).toBe(true);
    await page.getByRole('button', { name: 'Add subtitles' }).click();
  }));

  test('a room with the choice of subtitles', () => looksWell(member, `/rooms/${roomId}`, async (page) => {
    await page.getByRole('button', { name: 'Subtitles and sound' }).click();
    await page.getByRole('menuitemradio', { name: 'English' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Subtitles and sound' }).getAttribute('aria-pressed')).toBe('true');
  }));

  test.each(['Chat', 'People', 'Playlist'])('a room with its %s', (tab) => looksWell(member, `/rooms/${roomId}`, async (page) => {
    await page.getByRole('heading', { name: HOSTILE }).waitFor();
    await page.getByRole('tab', { name: new RegExp(tab) }).click();
    await page.getByRole('tabpanel', { name: new RegExp(tab) }).waitFor();
  }));

  test.each(['Invite', 'Room settings'])('the dialog of a room: %s', (name) => looksWell(member, `/rooms/${roomId}`, async (page) => {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('dialog').waitFor();
    if (name === 'Invite') await page.getByRole('button', { name: 'Copy' }).waitFor();
  }));
});

test('everything can be reached by keyboard: past the navigation, through a form, into a room', { timeout: 60_000 }, async () => {
  const { page, goto, context } = await openVisitor(browser, server);
  await goto('/login');
  await page.getByLabel('E-mail or username').waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.autocomplete')).toBe('username');
  await page.keyboard.type('ann');
  await page.keyboard.press('Tab');
  await page.keyboard.type('correct horse');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^Good to see you/ }).waitFor();
  await context.close();
});
