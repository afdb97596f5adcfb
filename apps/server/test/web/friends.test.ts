import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor, type TestUser } from '../factories.ts';
import { openVisitor, sees, type Visitor, watchFor } from './visitor.ts';

const HOSTILE = '<img src=x onerror="document.title=1">';

let browser: Browser;
let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestApp()]);
  make = factoriesFor(server);
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

async function person(username: string, displayName: string): Promise<TestUser> {
  const user = await make.user({ username });
  expect((await server.ask('PATCH', '/api/auth/profile', { token: user.token, body: { displayName } })).status).toBe(200);
  return user;
}
async function signedIn(user: TestUser, options: Parameters<typeof openVisitor>[2] = {}): Promise<Visitor> {
  const visitor = await openVisitor(browser, server, options);
  await visitor.signIn(user);
  return visitor;
}
const ask = async (from: TestUser, to: TestUser): Promise<void> => {
  expect((await server.ask('POST', '/api/friends/requests', { token: from.token, body: { userId: to.id } })).status).toBe(201);
};
async function befriend(a: TestUser, b: TestUser): Promise<void> {
  await ask(a, b);
  await ask(b, a);
}
const row = (page: Page, name: string) => page.getByRole('listitem').filter({ has: page.getByRole('link', { name, exact: true }) });
const section = (page: Page, name: string | RegExp) => page.getByRole('region', { name, exact: true });
const search = (page: Page) => page.getByLabel('Find people');

test('Ann finds Robert by a typo and asks; he has it live, accepts, they see one another, and a block leaves nothing', { timeout: 120_000 }, async () => {
  const [ann, bob] = [await person('ann-story', 'Ann Story'), await person('robert-s', 'Robert Stone')];
  const [a, b] = await Promise.all([signedIn(ann), signedIn(bob)]);
  await a.page.getByRole('link', { name: 'Friends', exact: true }).click();
  await sees(a.page, 'No friends here yet.');
  await search(a.page).pressSequentially('robrt');
  await row(a.page, 'Robert Stone').waitFor();
  await expect.poll(() => new URL(a.page.url()).search).toBe('?q=robrt');
  await a.page.getByRole('button', { name: 'Add friend: Robert Stone' }).click();
  await row(a.page, 'Robert Stone').getByText('Waiting for an answer').waitFor();

  // Without a reload: the count in the header, and the bell.
  await b.page.getByRole('link', { name: /^Friends\s+requests waiting: 1$/ }).waitFor();
  await b.page.getByRole('button', { name: 'Notices, 1 unread' }).click();
  const panel = b.page.getByRole('dialog', { name: 'Notices' });
  await panel.getByRole('link', { name: 'ann-story wants to be your friend' }).waitFor();
  await panel.getByRole('button', { name: 'Accept' }).click();
  await panel.getByText('wants to be your friend').waitFor({ state: 'detached' });
  await b.page.keyboard.press('Escape');
  await b.page.getByRole('link', { name: 'Friends', exact: true }).click();
  await section(b.page, /^Online now/).getByText('Ann Story').waitFor();

  await search(a.page).fill('');
  await section(a.page, /^Online now/).getByText('Robert Stone').waitFor();
  await a.page.getByRole('button', { name: 'Notices, 1 unread' }).click();
  await a.page.getByRole('link', { name: 'robert-s is your friend now' }).click();
  await a.page.getByRole('heading', { name: 'Robert Stone' }).waitFor();
  await a.page.getByText(/^friends since|· friends since/).waitFor();
  await a.page.getByRole('button', { name: 'Invite to watch' }).waitFor();

  await b.page.getByRole('button', { name: 'What to do about Ann Story' }).click();
  await b.page.getByRole('menuitem', { name: 'Block' }).click();
  await b.page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
  await sees(b.page, 'No friends here yet.');
  // Her page of him, without a reload; then everywhere she could look.
  await a.page.getByRole('heading', { name: 'There is no such person' }).waitFor();
  await a.page.getByRole('main').getByRole('link', { name: 'Friends' }).click();
  await sees(a.page, 'No friends here yet.');
  await search(a.page).fill('robert');
  await sees(a.page, 'Nobody here is called anything like “robert”.');
  expect(await a.page.getByRole('main').getByText('Robert Stone').count()).toBe(0);
  await a.goto('/');
  await a.page.getByRole('heading', { name: 'Your friends now' }).waitFor();
  await sees(a.page, 'It is nicer with friends.');
  expect(await a.page.getByRole('main').getByText('Robert Stone').count()).toBe(0);

  await b.page.getByText('Blocked people').click();
  await b.page.getByRole('button', { name: 'Lift the block of Ann Story' }).click();
  await sees(b.page, 'You have blocked nobody.');
  await a.goto('/friends?q=robert');
  await row(a.page, 'Robert Stone').getByRole('button', { name: 'Add friend: Robert Stone' }).waitFor();
  expect(b.complaints).toEqual([]);
  // The browser tells of each answer that refuses.
  expect(a.complaints.filter((text) => !text.includes('404'))).toEqual([]);
});

test('what one does is shown at once and agrees in two tabs; what the server does not take comes back with a word', { timeout: 90_000 }, async () => {
  const [me, asking, friend] = [await person('tabs-me', 'Me'), await person('tabs-asking', 'Asking Person'), await person('tabs-friend', 'Good Friend')];
  await befriend(me, friend);
  await ask(asking, me);
  const { page: one, context } = await signedIn(me);
  const other = await context.newPage();
  await Promise.all([one, other].map((page) => page.goto(`${server.url}/friends`)));
  await Promise.all([one, other].map((page) => section(page, 'They would like to be your friends').getByText('Asking Person').waitFor()));

  // Held back until it is seen what the page shows meanwhile.
  const goOn = Promise.withResolvers<void>();
  await one.route('**/api/friends/requests/*/accept', async (route) => {
    await goOn.promise;
    return route.fulfill({ status: 503, contentType: 'application/json', body: JSON.stringify({ success: false, code: 'service.unavailable', detail: 'Busy', status: 503 }) });
  });
  await one.getByRole('button', { name: 'Accept Asking Person' }).click();
  await section(one, 'They would like to be your friends').waitFor({ state: 'detached' });
  const told = await watchFor(one, 'The server is busy right now.');
  goOn.resolve();
  await told();
  await one.getByRole('button', { name: 'Accept Asking Person' }).waitFor();
  await one.unroute('**/api/friends/requests/*/accept');

  // By keyboard, which goes on near what has vanished.
  await one.getByRole('button', { name: 'Accept Asking Person' }).press('Enter');
  await expect.poll(() => one.evaluate('document.activeElement.tagName')).toBe('MAIN');
  await Promise.all([one, other].map((page) => section(page, 'Your friends').getByText('Asking Person').waitFor()));
  await Promise.all([one, other].map((page) => page.getByRole('link', { name: 'Friends', exact: true }).waitFor()));
  await other.getByRole('button', { name: 'What to do about Good Friend' }).click();
  await other.getByRole('menuitem', { name: 'Remove from friends' }).click();
  await other.getByRole('dialog').getByRole('button', { name: 'Remove from friends' }).click();
  await Promise.all([one, other].map((page) => row(page, 'Good Friend').waitFor({ state: 'detached' })));
  for (const page of [one, other]) await expect.poll(() => section(page, 'Your friends').getByRole('listitem').allInnerTexts()).toEqual([expect.stringContaining('Asking Person')]);
});

test('lists that cannot be loaded say so and are loaded on request', { timeout: 60_000 }, async () => {
  const [me, friend] = [await person('trouble-me', 'Me'), await person('trouble-friend', 'Faithful Friend')];
  await befriend(me, friend);
  const { page, goto } = await signedIn(me);
  const broken = ({ pathname }: URL): boolean => pathname === '/api/friends' || pathname === '/api/users/search';
  await page.route(broken, (route) => route.fulfill({ status: 503, contentType: 'application/json', body: JSON.stringify({ success: false, code: 'service.unavailable', detail: 'Busy', status: 503 }) }));
  await goto('/friends');
  await sees(page, 'Your friends could not be loaded');
  await search(page).fill('faithfull');
  await sees(page, 'The search did not work');
  await page.unroute(broken);
  await page.getByRole('button', { name: 'Try again' }).click();
  await row(page, 'Faithful Friend').waitFor();
  await search(page).fill('f');
  await sees(page, 'Two letters or more, please.');
  await search(page).fill('');
  await section(page, 'Your friends').getByText('Faithful Friend').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('a friend who comes and goes is seen to, on home too, with the public room they are in', { timeout: 90_000 }, async () => {
  const [me, friend] = [await person('here-me', 'Me'), await person('here-friend', HOSTILE.slice(0, 60))];
  await befriend(me, friend);
  const room = await make.room(friend, { name: 'Late show' });
  const { page, complaints } = await signedIn(me);
  await sees(page, 'No friend is online right now.');
  const theirs = await signedIn(friend);
  await section(page, 'Your friends now').getByRole('link', { name: HOSTILE.slice(0, 60) }).waitFor();
  await theirs.goto(`/rooms/${room.id}`);
  await theirs.page.getByPlaceholder('Write a message').waitFor();
  await page.reload();
  await section(page, 'Your friends now').getByRole('link', { name: 'in “Late show”' }).click();
  await page.getByRole('heading', { name: 'Late show' }).waitFor();
  await page.getByRole('tab', { name: /People/ }).click();
  const link = page.getByRole('link', { name: 'here-friend' });
  expect([await link.getAttribute('href'), await link.getAttribute('target')]).toEqual([`/people/${friend.id}`, '_blank']);
  await theirs.context.close();
  await page.goto(`${server.url}/friends`);
  await section(page, 'Your friends').getByText('· away').waitFor();
  expect(await page.title()).toMatch(/Friends · WatchParty$/);
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('a friend is invited to a room of one’s own, to a new one, and from within one', { timeout: 90_000 }, async () => {
  const [me, friend] = [await person('host-me', 'Me'), await person('host-friend', 'Invited Friend')];
  await befriend(me, friend);
  const room = await make.room(me, { name: 'Our sofa', isPrivate: true });
  const { page, goto } = await signedIn(me);
  const theirs = await signedIn(friend);
  await goto(`/people/${friend.id}`);
  await page.getByRole('button', { name: 'Invite to watch' }).click();
  await page.getByRole('button', { name: 'Invite to “Our sofa”' }).click();
  await page.getByRole('dialog').getByText('Invited', { exact: true }).waitFor();
  await theirs.page.getByRole('button', { name: 'Notices, 1 unread' }).waitFor();
  await page.getByRole('button', { name: 'Open a new room' }).click();
  await sees(page, 'Once it is open, an invitation goes to Invited Friend.');
  await page.getByLabel('Name of the room').fill('A new sofa');
  await page.getByRole('button', { name: 'Open the room' }).click();
  await page.getByRole('heading', { name: 'A new sofa' }).waitFor();
  await theirs.page.getByRole('button', { name: 'Notices, 2 unread' }).waitFor();

  const third = await make.room(me, { name: 'Third sofa', isPrivate: true });
  await goto(`/rooms/${third.id}`);
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await page.getByRole('button', { name: 'Invite Invited Friend' }).click();
  await theirs.page.getByRole('button', { name: 'Notices, 3 unread' }).click();
  await theirs.page.getByRole('link', { name: 'host-me invites you to “Third sofa”' }).click();
  await theirs.page.getByRole('heading', { name: 'Third sofa' }).waitFor();
  expect(room.id).not.toBe(third.id);
});

test('one’s own page shows one’s weeks as bars and as a table, and nobody else’s does', { timeout: 60_000 }, async () => {
  const [me, other, common] = [await person('weeks-me', 'Weeks'), await person('weeks-other', 'Somebody Else'), await person('weeks-common', 'Common Friend')];
  await befriend(me, common);
  await befriend(other, common);
  const startsAt = new Date(Date.now() + 86_400_000).toISOString();
  for (const [title, visibility] of [['Public show', 'public'], ['Secret show', 'private']] as const) {
    expect((await server.ask('POST', '/api/events', { token: other.token, body: { title, visibility, startsAt, online: true, timeZone: 'UTC' } })).status).toBe(201);
  }
  await make.room(me, { name: 'Mine' });
  const { page, goto } = await signedIn(me);
  await goto('/profile');
  await page.getByRole('link', { name: 'See your page' }).click();
  await page.getByRole('heading', { name: 'Your weeks here' }).waitFor();
  await page.getByRole('img', { name: /^Rooms joined: 1 this week; the most was 1/ }).waitFor();
  await page.getByText('As a table').click();
  expect(await page.getByRole('row').count()).toBe(27);
  await goto(`/people/${other.id}`);
  await section(page, 'Friends in common').getByRole('link', { name: 'Common Friend' }).waitFor();
  await section(page, 'Events').getByText('Public show').waitFor();
  expect([await page.getByText('Secret show').count(), await page.getByText('Your weeks here').count()]).toEqual([0, 0]);
  await goto('/people/999999999');
  await page.getByRole('heading', { name: 'There is no such person' }).waitFor();
  await goto('/people/x');
  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
});

test('on a phone friends are a tap away and nothing sticks out', { timeout: 60_000 }, async () => {
  const [me, asking] = [await person('phone-me', 'Me'), await person('phone-asking', 'W'.repeat(60))];
  await ask(asking, me);
  const { page } = await signedIn(me, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  await page.getByRole('link', { name: /^Friends\s+requests waiting: 1$/ }).tap();
  await page.getByRole('button', { name: /^Accept W/ }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  await page.getByRole('button', { name: /^Accept W/ }).tap();
  await section(page, 'Your friends').getByRole('link', { name: 'W'.repeat(60) }).tap();
  await page.getByRole('heading', { name: 'W'.repeat(60) }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
});
