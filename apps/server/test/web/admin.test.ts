import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor, type TestUser } from '../factories.ts';
import { openVisitor, sees, type Visitor, watchFor } from './visitor.ts';

// A point comes every five seconds, and the page asks as often.
const SLOW = { timeout: 60_000, interval: 200 };

let browser: Browser;
let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let admin: TestUser;
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestApp()]);
  make = factoriesFor(server);
  admin = await make.user({ username: 'ann' });
});
// Nobody's page stays open beside the next one's.
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

const queries = () => server.db.database.kysely;

async function visit(user: TestUser, path: string): Promise<Visitor> {
  const visitor = await openVisitor(browser, server);
  visitor.context.setDefaultTimeout(30_000);
  await visitor.signIn(user);
  await visitor.goto(path);
  return visitor;
}

const hitsShown = async (page: Page): Promise<number> =>
  Number(await page.getByRole('row', { name: /rooms\.one/ }).getByRole('cell').nth(1).textContent());

test('figures change on the page after real requests, without a reload, in words too', { timeout: 180_000 }, async () => {
  const { page, complaints } = await visit(admin, '/admin/cache');
  await page.getByRole('heading', { name: 'By namespace' }).waitFor();
  const before = await hitsShown(page);
  const room = await make.room(admin);
  for (let turn = 0; turn < 40; turn += 1) await server.ask('GET', `/api/rooms/${room.id}`);
  await expect.poll(() => hitsShown(page), SLOW).toBeGreaterThanOrEqual(before + 39);

  // The same in the chart, for those who do not see it; and of this namespace alone.
  await page.getByLabel('Namespace', { exact: true }).selectOption('rooms.one');
  const picture = page.getByRole('figure', { name: 'Hits and misses' }).getByRole('img');
  await expect.poll(async () => Number(/^Hits: .*highest ([\d.,]+)\/s/.exec((await picture.getAttribute('aria-label'))!)?.[1]), SLOW).toBeGreaterThan(0);
  expect(await picture.locator('canvas').count()).toBe(1);
  const table = page.getByRole('figure', { name: 'Hits and misses' });
  await table.getByText('As a table').click();
  await table.getByRole('rowheader').first().waitFor();
  expect(complaints).toEqual([]);
});

test('the cache is cleared, once asked twice', { timeout: 120_000 }, async () => {
  const room = await make.room(admin);
  const cached = async () => (await server.ask('GET', `/api/rooms/${room.id}`)).headers.get('x-cache');
  await cached();
  expect(await cached()).toBe('HIT');
  const { page, complaints } = await visit(admin, '/admin/cache');
  await page.getByRole('button', { name: 'Clear the cache' }).click();
  expect(await cached()).toBe('HIT');
  const cleared = await watchFor(page, 'gone.');
  await page.getByRole('dialog').getByRole('button', { name: 'Clear the cache' }).click();
  await cleared();
  expect(await cached()).toBe('MISS');
  expect(complaints).toEqual([]);
});

test('a failed job is seen at once, and done when it is tried again', { timeout: 180_000 }, async () => {
  const then = new Date(Date.now() - 40 * 86_400_000);
  const { id } = await make.room(admin);
  await queries().updateTable('rooms').set({ last_activity_at: then }).where('id', '=', id).execute();
  await queries().updateTable('room_participants').set({ last_seen_at: then }).where('room_id', '=', id).execute();
  await sql`
    insert into jobs (id, queue, name, payload, failed_at, last_error)
    values (${randomUUID()}, 'roomCleanup', 'cleanupInactiveRooms', '{"daysInactive": 30}', now(), '<b>The disk was full</b>')
  `.execute(queries());
  const { page, complaints } = await visit(admin, '/admin');
  await sees(page, 'One job has failed for good.');
  await page.getByRole('link', { name: 'Look at failed jobs' }).click();
  await sees(page, '<b>The disk was full</b>');
  expect(await page.getByRole('link', { name: 'Open Bull Board' }).getAttribute('href')).toBe('/admin/queues');
  await page.getByRole('button', { name: 'Try cleanupInactiveRooms again' }).click();
  await sees(page, 'No job has failed. Good.');
  await expect.poll(async () => (await server.ask('GET', `/api/rooms/${id}`)).body.data.isActive, SLOW).toBe(false);
  await page.getByRole('link', { name: 'Overview' }).click();
  await sees(page, 'All is well.');
  expect(complaints).toEqual([]);
});

test('somebody is found, made administrator and back, disabled and enabled; a sign-in of long ago is proven first', { timeout: 180_000 }, async () => {
  const ben = await make.user({ username: 'ben_the_second' });
  await make.user();
  const { page, complaints } = await visit(admin, '/admin/users');
  await page.getByLabel('Part of a name or an address').fill('BEN_the');
  await sees(page, 'One account');
  const entry = page.getByRole('listitem').filter({ hasText: 'ben_the_second' });
  async function choose(item: string): Promise<void> {
    await page.getByRole('button', { name: 'What to do with ben_the_second' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  }
  async function change(item: string): Promise<void> {
    await choose(item);
    await page.getByRole('dialog').getByRole('button', { name: item }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  const mayAdminister = async () => (await server.ask('GET', '/api/admin/users', { token: ben.token })).status;
  await change('Make administrator');
  await entry.getByText('Administrator', { exact: true }).waitFor();
  expect(await mayAdminister()).toBe(200);

  await queries().updateTable('sessions').set({ authenticated_at: new Date(Date.now() - 3_600_000) }).where('user_id', '=', admin.id).execute();
  await server.ask('POST', '/api/admin/cache/clear', { token: admin.token });
  await choose('Make ordinary user');
  await page.getByRole('dialog').getByRole('button', { name: 'Make ordinary user' }).click();
  await sees(page, 'Is it you?');
  await page.getByLabel('Password', { exact: true }).fill(admin.password);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await entry.getByText('Administrator', { exact: true }).waitFor({ state: 'detached' });
  expect(await mayAdminister()).toBe(403);

  await change('Disable and sign out everywhere');
  await entry.getByText('Disabled').waitFor();
  expect(await mayAdminister()).toBe(401);
  await choose('Enable');
  await entry.getByText('Disabled').waitFor({ state: 'detached' });

  // The last one stays, and is told why.
  await page.getByLabel('Part of a name or an address').fill('');
  await page.getByLabel('Role').selectOption('admin');
  await page.getByRole('button', { name: 'What to do with ann' }).click();
  await page.getByRole('menuitem', { name: 'Make ordinary user' }).click();
  const told = await watchFor(page, 'Somebody must remain to run this server.');
  await page.getByRole('dialog').getByRole('button', { name: 'Make ordinary user' }).click();
  await told();

  await page.getByLabel('Role').selectOption('');
  await choose('What happened to it');
  await sees(page, 'Of ben_the_second alone');
  for (const what of ['Account enabled', 'Account disabled', 'Role changed', 'Registered']) {
    await page.getByRole('listitem').filter({ hasText: what }).first().waitFor();
  }
  // What the server refuses, the browser's console tells too.
  expect(complaints.filter((text) => !/status of (?:403|409)/.test(text))).toEqual([]);
});

test('a report is written and shown', { timeout: 180_000 }, async () => {
  const { page, complaints } = await visit(admin, '/admin/reports');
  await sees(page, 'There is no report yet.');
  await page.getByLabel('Days').selectOption('7');
  await page.getByRole('button', { name: 'Write a report now' }).click();
  await page.getByRole('heading', { name: 'The most active rooms' }).waitFor();
  await page.getByRole('figure', { name: 'Messages' }).getByRole('img').waitFor();
  // Until it is written there is none.
  expect(complaints.filter((text) => !/status of 404/.test(text))).toEqual([]);
});

test('nobody else gets in: no entry, a plain word, and not one question to the server', { timeout: 120_000 }, async () => {
  const user = await make.user();
  const visitor = await openVisitor(browser, server);
  const asked: string[] = [];
  visitor.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await visitor.signIn(user);
  expect(await visitor.page.getByRole('link', { name: 'Administration' }).count()).toBe(0);
  for (const path of ['/admin', '/admin/users', '/admin/audit']) {
    await visitor.goto(path);
    await visitor.page.getByRole('heading', { name: 'This is for administrators' }).waitFor();
  }
  expect(asked.filter((path) => /^\/api\/(?:admin|queues)/.test(path))).toEqual([]);
  expect(visitor.complaints).toEqual([]);

  const stranger = await openVisitor(browser, server);
  await stranger.goto('/admin/users');
  await stranger.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
});

test('who is no administrator any more sees nothing further', { timeout: 120_000 }, async () => {
  const second = await make.user();
  await server.ask('POST', '/api/auth/reauthenticate', { token: admin.token, body: { password: admin.password } });
  const setRole = (role: string) => server.ask('PATCH', `/api/admin/users/${second.id}`, { token: admin.token, body: { role } });
  expect((await setRole('admin')).status).toBe(200);
  const { page } = await visit(second, '/');
  await page.getByRole('link', { name: 'Administration' }).click();
  await page.getByRole('heading', { name: 'Requests and errors' }).waitFor();
  expect((await setRole('user')).status).toBe(200);
  await page.getByRole('heading', { name: 'This is for administrators' }).waitFor();
});
