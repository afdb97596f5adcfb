import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
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

const DAY_MS = 24 * 60 * 60 * 1000;
const BERLIN = { lat: 52.52, lng: 13.405 };
const day = (inDays: number): string => new Date(Date.now() + inDays * DAY_MS).toISOString().slice(0, 10);

async function event(owner: TestUser, given: object): Promise<number> {
  const body = { startsAtLocal: `${day(3)}T20:00`, timeZone: 'UTC', online: true, visibility: 'public', ...given };
  const { status, body: answer } = await server.ask('POST', '/api/events', { token: owner.token, body });
  expect(status, JSON.stringify(answer)).toBe(201);
  return (answer.data as { id: number }).id;
}
async function befriend(one: TestUser, other: TestUser): Promise<void> {
  const { body } = await server.ask('POST', '/api/friends/requests', { token: one.token, body: { userId: other.id } });
  const { status } = await server.ask('POST', `/api/friends/requests/${body.data.id}/accept`, { token: other.token });
  expect(status).toBe(200);
}
async function signedIn(user: TestUser, options: BrowserContextOptions = {}): Promise<Visitor> {
  const visitor = await openVisitor(browser, server, options);
  await visitor.signIn(user);
  return visitor;
}
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click();
const title = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();
const answer = (page: Page) => page.getByRole('region', { name: 'Will you come?' });

test('one seat: Bob goes, Carol waits, Bob declines, and Carol hears that she goes, in the bell and on the page', { timeout: 90_000 }, async () => {
  const [ann, bob, carol] = [await make.user({ username: 'ann' }), await make.user({ username: 'bob' }), await make.user({ username: 'carol' })];
  const { page: annsPage, goto, complaints } = await signedIn(ann);
  await goto('/events');
  await annsPage.getByRole('link', { name: 'Make an event' }).first().click();
  await annsPage.getByLabel('Name of the event').fill('Film for two');
  await annsPage.getByLabel('Start').fill(`${day(2)}T20:00`);
  await annsPage.getByLabel('Seats').fill('1');
  await annsPage.getByRole('switch', { name: 'Online' }).click();
  await press(annsPage, 'Announce it');
  await title(annsPage, 'Film for two');
  const path = new URL(annsPage.url()).pathname;
  expect(path).toMatch(/^\/events\/\d+$/);

  const [bobs, carols] = await Promise.all([signedIn(bob), signedIn(carol)]);
  await bobs.goto('/events');
  await bobs.page.getByRole('link', { name: 'Film for two' }).click();
  await answer(bobs.page).getByText('You have not answered yet.').waitFor();
  await press(bobs.page, 'I am going');
  await answer(bobs.page).getByText('You are going. See you there!').waitFor();

  await carols.goto(path);
  await answer(carols.page).getByText('All seats are taken. You can wait for one.').waitFor();
  await press(carols.page, 'Wait for a seat');
  await answer(carols.page).getByText('You are number 1 on the waiting list.').waitFor();

  await press(bobs.page, 'I cannot');
  await answer(bobs.page).getByText('You are not coming.').waitFor();
  await answer(carols.page).getByText('You are going. See you there!').waitFor();
  await answer(carols.page).getByText('1 of 1 seats taken').waitFor();
  await press(carols.page, 'Notices, 1 unread');
  await carols.page.getByRole('dialog', { name: 'Notices' }).getByRole('link', { name: 'A seat became free: you are going to “Film for two”' }).waitFor();
  await annsPage.reload();
  await annsPage.getByRole('region', { name: 'Who comes' }).getByText('carol').waitFor();
  for (const heard of [complaints, bobs.complaints, carols.complaints]) expect(heard).toEqual([]);
});

test('an answer that the server refuses goes back before one’s eyes', { timeout: 60_000 }, async () => {
  const id = await event(host, { title: 'Refused' });
  const { page, goto } = await signedIn(await make.user());
  await goto(`/events/${id}`);
  await answer(page).getByText('You have not answered yet.').waitFor();
  const goOn = Promise.withResolvers<void>();
  await page.route(/\/rsvp$/, async (route) => {
    if (route.request().method() === 'GET') return route.continue();
    await goOn.promise;
    return route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ success: false, code: 'events.over', status: 409, detail: 'Over', errors: [] }) });
  });
  await press(page, 'I am going');
  await answer(page).getByText('You are going. See you there!').waitFor();
  await answer(page).getByText('1 person goes').waitFor();
  goOn.resolve();
  await sees(page, 'This event is over.');
  await answer(page).getByText('You have not answered yet.').waitFor();
  await answer(page).getByText('0 people go').waitFor();
  expect(await page.getByRole('button', { name: 'I am going' }).getAttribute('aria-pressed')).toBe('false');
});

describe('nearby', { timeout: 60_000 }, () => {
  let near: number;
  beforeAll(async () => {
    near = await event(host, { title: 'Round the corner', online: false, location: { lat: 52.53, lng: 13.41, address: 'Mauerpark' } });
    await event(host, { title: 'Next door to it', online: false, location: { lat: 52.531, lng: 13.411 } });
    await event(host, { title: 'In Leipzig', online: false, location: { lat: 51.34, lng: 12.37 } });
  });

  test('explains, asks for one’s position, and sends it roughly', async () => {
    const { page, goto, context, complaints } = await openVisitor(browser, server, {
      permissions: ['geolocation'], geolocation: { latitude: 52.523456, longitude: 13.401234 },
    });
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/nearby')) asked.push(request.url());
    });
    await goto('/events?tab=nearby');
    await sees(page, 'Where shall we look?');
    expect(asked).toEqual([]);
    await press(page, 'Use my position');
    await page.getByRole('link', { name: 'Round the corner' }).waitFor();
    expect(asked[0]).toContain('lat=52.52&lng=13.4&');
    expect(await page.getByRole('link', { name: 'In Leipzig' }).count()).toBe(0);
    // Both are one point, which says so, and leads to the nearer one.
    const point = page.locator(`.map-point[data-events^="${near}"]`);
    expect(await point.locator('text').textContent()).toBe('2');
    await point.click();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Round the corner');
    await page.getByLabel('How far').selectOption('250');
    await page.getByRole('link', { name: 'In Leipzig' }).waitFor();
    expect(new URL(page.url()).searchParams.get('radius')).toBe('250');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('goes on without it: by a city, by coordinates, by a press on the map', async () => {
    const { page, goto } = await openVisitor(browser, server, { permissions: [] });
    await goto('/events?tab=nearby');
    await press(page, 'Use my position');
    await sees(page, 'Your browser does not tell us where you are, and that is fine.');
    const coordinates = page.getByLabel('Coordinates');
    await press(page, 'Look here');
    await sees(page, 'Say where: choose a city');
    await page.getByLabel('A city').selectOption({ label: 'Berlin' });
    expect(await coordinates.inputValue()).toBe('52.5, 13.37');
    const map = page.getByRole('application', { name: 'Plain map for choosing a place' });
    await map.press('ArrowUp');
    await expect.poll(() => coordinates.inputValue()).not.toBe('52.5, 13.37');
    const stepped = await coordinates.inputValue();
    expect(Number(stepped.split(',')[0])).toBeGreaterThan(52.5);
    await map.click({ position: { x: 40, y: 150 } });
    await expect.poll(() => coordinates.inputValue()).not.toBe(stepped);
    await coordinates.fill('52.52, 13.4');
    await press(page, 'Look here');
    await page.getByRole('link', { name: 'Round the corner' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Round the corner' }).waitFor();
  });
});

test('a private event is nowhere for who is not invited; its guest finds it in the bell', { timeout: 90_000 }, async () => {
  const [owner, guest, stranger] = [await make.user({ username: 'olga' }), await make.user({ username: 'gina' }), await make.user()];
  await befriend(owner, guest);
  const { page, goto } = await signedIn(owner);
  const guests = await signedIn(guest);
  await goto('/events/new');
  await page.getByLabel('Name of the event').fill('Secret screening');
  await page.getByLabel('Start').fill(`${day(4)}T19:00`);
  await page.getByLabel('Who may see it').selectOption('private');
  await page.getByRole('checkbox', { name: /gina/ }).check();
  await press(page, 'Announce it');
  await title(page, 'Secret screening');
  const path = new URL(page.url()).pathname;

  await press(guests.page, 'Notices, 1 unread');
  await guests.page.getByRole('link', { name: 'olga invites you to “Secret screening”' }).click();
  await title(guests.page, 'Secret screening');
  await press(guests.page, 'I am going');
  await answer(guests.page).getByText('You are going. See you there!').waitFor();

  const strangers = await signedIn(stranger);
  await strangers.goto(path);
  await title(strangers.page, 'This event is not open to you');
  expect(await strangers.page.content()).not.toContain('Secret screening');
  const nobody = await openVisitor(browser, server);
  await nobody.goto(path);
  await title(nobody.page, 'This event is not open to you');
  await sees(nobody.page, 'If you were invited, sign in.');

  await press(page, 'Guests');
  const dialog = page.getByRole('dialog', { name: 'Guests' });
  await dialog.getByText('goes').waitFor();
  await press(page, 'Take the invitation of gina back');
  await dialog.getByText('Nobody is invited yet.').waitFor();
  await guests.page.reload();
  await title(guests.page, 'This event is not open to you');
});

describe('time zones', { timeout: 60_000 }, () => {
  test('one moment is told by the clocks of the event and of each viewer', async () => {
    const id = await event(host, { title: 'Berlin night', startsAtLocal: '2031-01-15T20:00', endsAtLocal: '2031-01-15T23:00', timeZone: 'Europe/Berlin' });
    for (const [timezoneId, own] of [['Europe/Berlin', undefined], ['Asia/Tbilisi', /By your clock: Wednesday,? 15 January 2031.* 23:00/], ['America/New_York', /By your clock: Wednesday,? 15 January 2031.* 14:00/]] as const) {
      const { page, goto, context } = await openVisitor(browser, server, { timezoneId });
      await goto(`/events/${id}`);
      await page.getByText(/Wednesday,? 15 January 2031.* 20:00/).first().waitFor();
      expect(await page.getByText('By your clock').count()).toBe(own === undefined ? 0 : 1);
      if (own !== undefined) await sees(page, own);
      await context.close();
    }
  });

  test('the form says what skipped and repeated hours become', async () => {
    const { page, goto } = await signedIn(host, { timezoneId: 'Asia/Tbilisi' });
    await goto('/events/new');
    const zone = page.getByLabel('Time zone');
    expect(await zone.inputValue()).toBe('Asia/Tbilisi');
    await zone.selectOption('Europe/Berlin');
    await page.getByLabel('Start').fill('2031-03-30T02:30');
    await sees(page, /The clocks in Europe\/Berlin are put forward then: .*02:30 will not exist\. It will be .*03:30\./);
    await sees(page, /By your clock: .*05:30/);
    await page.getByLabel('Start').fill('2031-10-26T02:30');
    await sees(page, /put back then and show .*02:30 twice/);
    await sees(page, /By your clock: .*04:30/);
    await page.getByRole('switch', { name: 'Take the second time' }).click();
    await sees(page, /By your clock: .*05:30/);
    await page.getByLabel('Name of the event').fill('Second hour');
    await press(page, 'Announce it');
    await title(page, 'Second hour');
    const { body } = await server.ask('GET', `/api${new URL(page.url()).pathname}`, { token: host.token });
    expect(body.data.startsAt).toBe('2031-10-26T01:30:00.000Z');
  });
});

test('what is typed stays over a refusal and a reload; changes reach who goes, a cancelling too', { timeout: 90_000 }, async () => {
  const goer = await make.user();
  const { page, goto } = await signedIn(host);
  await goto('/events/new');
  await page.getByLabel('Name of the event').fill('Typed once');
  await page.getByLabel('What should people know? (if you like)').fill('Bring tea.');
  await page.getByRole('switch', { name: 'At a place' }).click();
  await press(page, 'Announce it');
  await sees(page, 'Say where: choose a city');
  await page.getByLabel('Address').fill('Under the oak');
  await page.getByLabel('Coordinates').fill(`${BERLIN.lat}, ${BERLIN.lng}`);
  await page.route(/\/api\/events$/, (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
  await press(page, 'Announce it');
  await sees(page, 'The server did not answer.');
  await page.unroute(/\/api\/events$/);
  await page.reload();
  expect(await page.getByLabel('Name of the event').inputValue()).toBe('Typed once');
  expect(await page.getByLabel('Address').inputValue()).toBe('Under the oak');
  await press(page, 'Announce it');
  await title(page, 'Typed once');
  await page.getByRole('region', { name: 'Where' }).getByRole('paragraph').filter({ hasText: 'Under the oak' }).waitFor();
  const path = new URL(page.url()).pathname;

  await server.ask('POST', `/api${path}/rsvp`, { token: goer.token, body: { status: 'going' } });
  const goers = await signedIn(goer);
  await goers.goto(path);
  await answer(goers.page).getByText('You are going. See you there!').waitFor();
  await page.getByRole('link', { name: 'Change the event' }).click();
  await page.getByLabel('Start').fill('2031-05-05T18:30');
  await press(page, 'Save');
  await page.getByText(/5 May 2031.* 18:30/).first().waitFor();
  // Without a reload.
  await goers.page.getByText(/5 May 2031.* 18:30/).first().waitFor();

  await goers.goto(`${path}/edit`);
  await sees(goers.page, 'Only whoever holds the event may do this.');
  await goers.page.getByRole('link', { name: 'To the event' }).click();
  await answer(goers.page).getByText('You are going. See you there!').waitFor();

  await press(page, 'What to do with this event');
  await page.getByRole('menuitem', { name: 'Cancel the event' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the event' }).click();
  await sees(page, 'This will not take place: it was cancelled.');
  await sees(goers.page, 'This will not take place: it was cancelled.');
  expect(await answer(goers.page).count()).toBe(0);

  await press(page, 'What to do with this event');
  await page.getByRole('menuitem', { name: 'Delete the event' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the event' }).click();
  await sees(page, '“Typed once” is deleted.');
  await goers.page.reload();
  await title(goers.page, 'This event is not open to you');
});

test('an event of a room leads there; who looks after it is over reads so, in Russian too', { timeout: 60_000 }, async () => {
  const user = await make.user();
  const room = await make.room(user, { name: 'Back row' });
  const { page, goto, context, complaints } = await signedIn(user);
  await goto(`/events/new?room=${room.id}`);
  await page.getByRole('option', { name: 'Back row' }).waitFor({ state: 'attached' });
  expect(await page.getByLabel('In one of your rooms').inputValue()).toBe(String(room.id));
  await page.getByLabel('Name of the event').fill('Back row night');
  await press(page, 'Announce it');
  await title(page, 'Back row night');
  await sees(page, 'The room opens by itself when it starts.');
  const path = new URL(page.url()).pathname;
  await page.getByRole('link', { name: 'To its room' }).click();
  await page.getByRole('heading', { name: 'Back row' }).waitFor();

  await context.addInitScript(`localStorage.setItem('watchparty:locale', 'ru')`);
  await page.clock.setSystemTime(Date.now() + 3 * DAY_MS);
  await goto(path);
  await sees(page, 'Встреча прошла.');
  await page.getByRole('region', { name: 'Кто был' }).first().waitFor();
  expect(await page.getByRole('button', { name: 'Я иду' }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

describe('the calendar', { timeout: 60_000 }, () => {
  test('goes from day to day by keyboard, leads to an event, and gives a file for calendar programs', async () => {
    const user = await make.user();
    const id = await event(user, { title: 'On the tenth', startsAtLocal: '2031-02-10T20:00' });
    const { page, goto } = await signedIn(user, { timezoneId: 'UTC' });
    await goto('/calendar?month=2031-02');
    await page.getByRole('heading', { name: 'February 2031', exact: true }).waitFor();
    const focused = () => page.evaluate('document.activeElement.dataset.day');
    await page.getByRole('button', { name: /\b1 February 2031/ }).focus();
    for (const [key, expected] of [['ArrowDown', '2031-02-08'], ['ArrowRight', '2031-02-09'], ['Home', '2031-02-03'], ['PageDown', '2031-03-03'], ['PageUp', '2031-02-03'], ['End', '2031-02-09'], ['ArrowRight', '2031-02-10']] as const) {
      await page.keyboard.press(key);
      await expect.poll(focused, { message: key }).toBe(expected);
    }
    await page.getByRole('region', { name: /10 February 2031/ }).getByRole('link', { name: 'On the tenth' }).click();
    await title(page, 'On the tenth');
    const download = page.waitForEvent('download');
    await press(page, 'Add to calendar');
    const file = await download;
    expect(file.suggestedFilename()).toBe(`event-${id}.ics`);
    expect(await readFile(await file.path(), 'utf8')).toContain('SUMMARY:On the tenth');
  });

  test('has a secret address, which a new one ends', async () => {
    const user = await make.user();
    await event(user, { title: 'In the feed' });
    const { page, goto, complaints } = await signedIn(user);
    await goto('/calendar');
    await press(page, 'Make an address');
    const address = page.getByLabel('Address of your calendar');
    const first = new URL(await address.inputValue()).pathname;
    const read = async (path: string) => (await fetch(`${server.url}${path}`)).text();
    expect(await read(first)).toContain('SUMMARY:In the feed');
    await press(page, 'Make a new one');
    await page.getByRole('dialog').getByRole('button', { name: 'Make a new one' }).click();
    await expect.poll(async () => new URL(await address.inputValue()).pathname).not.toBe(first);
    expect((await fetch(`${server.url}${first}`)).status).toBe(404);
    expect(await read(new URL(await address.inputValue()).pathname)).toContain('SUMMARY:In the feed');
    await press(page, 'Take it away');
    await page.getByRole('dialog').getByRole('button', { name: 'Take it away' }).click();
    await page.getByRole('button', { name: 'Make an address' }).waitFor();
    expect(complaints).toEqual([]);
  });
});

test('on a phone the calendar is a list, and a hostile name is a name', { timeout: 60_000 }, async () => {
  const hostile = '<img src=x onerror="document.title=1">';
  const user = await make.user();
  const id = await event(user, { title: hostile, description: `${hostile}\nsecond line`, location: { ...BERLIN, address: hostile }, url: 'https://example.org/"><script>' });
  const { page, goto, complaints } = await signedIn(user, { viewport: { width: 360, height: 760 } });
  await goto('/calendar');
  await page.getByRole('link', { name: hostile }).click();
  await title(page, hostile);
  await sees(page, 'second line');
  expect(await page.title()).toContain(hostile);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  expect(await page.locator('main img[src="x"], main script').count()).toBe(0);
  await goto(`/events/${id}/edit`);
  await page.getByLabel('Name of the event').waitFor();
  expect(await page.getByLabel('Name of the event').inputValue()).toBe(hostile);
  expect(complaints).toEqual([]);
});
