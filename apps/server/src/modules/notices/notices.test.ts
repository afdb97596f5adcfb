import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Notice, NoticesPage } from '@watchparty/protocol';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { startTwoNodes, type TwoNodes } from '../../../test/two-nodes.ts';
import { openViewer } from '../../../test/viewer.ts';
import { createNotices, type NewNotice, type Notices } from './index.ts';

let nodes: TwoNodes;
let make: ReturnType<typeof factoriesFor>;
let ann: TestUser;
let bob: TestUser;
beforeAll(async () => {
  nodes = await startTwoNodes();
  make = factoriesFor(nodes.a);
});
afterAll(() => nodes?.close());

const UNKNOWN = '01890a5d-ac96-774b-bcce-b302099a8057';
const newNotices = (given: { readonly keep?: number; readonly now?: () => number } = {}): Notices =>
  createNotices({
    queries: nodes.a.db.database.kysely, clock: { now: given.now ?? (() => Date.now()) }, batchSize: 2,
    ...(given.keep !== undefined && { keep: given.keep }),
  });

/** Said as any module would, on the first node. */
const notify = (notices: readonly NewNotice[], by: Notices = newNotices()): Promise<void> =>
  nodes.a.app.write((tx, effects) => by.notify(tx, effects, notices));

let rooms = 0;
/** One that nobody has been told of. */
function invitation(to: TestUser, given: { readonly subject?: string; readonly roomId?: number; readonly roomName?: string } = {}): NewNotice {
  rooms += 1;
  const { roomId = rooms, roomName = `Room ${rooms}`, subject } = given;
  return {
    userId: to.id, kind: 'room_invitation', invitationId: UNKNOWN, roomId, roomName, from: { userId: 1, username: 'host' },
    ...(subject !== undefined && { subject }),
  };
}

async function listed(who: TestUser, query = '', node = nodes.b): Promise<NoticesPage> {
  const { status, body } = await node.ask('GET', `/api/notices${query}`, { token: who.token });
  expect(status).toBe(200);
  return body.data as NoticesPage;
}
const read = (who: TestUser, body: object, node = nodes.a) => node.ask('POST', '/api/notices/read', { token: who.token, body });
const roomsOf = ({ items }: { readonly items: readonly Notice[] }) => items.map((item) => item.kind === 'room_invitation' && item.roomName);

/** A connection to a node of its own, closed with the test. */
async function open(who: TestUser, node = nodes.b) {
  const viewer = await openViewer(node, who);
  onTestFinished(() => void viewer.socket.close());
  return viewer;
}

beforeAll(async () => {
  [ann, bob] = [await make.user(), await make.user()];
});

describe('[NO1] A notice', () => {
  test('is told live on every node and found later, by its person alone', async () => {
    const [here, there, other] = [await open(ann, nodes.a), await open(ann), await open(bob)];
    await notify([invitation(ann, { roomName: 'Dune' })]);
    const heard = await there.hears('notice', ({ roomName }) => roomName === 'Dune');
    expect(heard).toMatchObject({ kind: 'room_invitation', readAt: null, from: { userId: 1, username: 'host' } });
    expect(await here.hears('notice', ({ roomName }) => roomName === 'Dune')).toEqual(heard);
    expect((await listed(ann)).items).toContainEqual(heard);
    expect((await listed(bob)).items).toEqual([]);
    await notify([invitation(bob, { roomName: 'Solaris' })]);
    await other.hears('notice');
    expect(other.told.filter(({ event }) => event === 'notice')).toHaveLength(1);
  });

  test('of what does not come about is told to nobody', async () => {
    const carl = await make.user();
    const there = await open(carl);
    const failing = nodes.a.app.write(async (tx, effects) => {
      await newNotices().notify(tx, effects, [invitation(carl, { roomName: 'Never' })]);
      throw new Error('not so');
    });
    await expect(failing).rejects.toThrow('not so');
    await notify([invitation(carl, { roomName: 'After' })]);
    await there.hears('notice', ({ roomName }) => roomName === 'After');
    expect(there.told.filter(({ event }) => event === 'notice')).toHaveLength(1);
    expect(roomsOf(await listed(carl))).toEqual(['After']);
  });

  test('for somebody who is gone harms nobody else’s', async () => {
    const carl = await make.user();
    await notify([{ ...invitation(carl), userId: 2_000_000_000 }, invitation(carl, { roomName: 'Here' })]);
    expect(roomsOf(await listed(carl))).toEqual(['Here']);
  });
});

test('[NO2] Nobody is told of the same twice, however many tell it at once', async () => {
  const [carl, dora] = [await make.user(), await make.user()];
  const there = await open(carl);
  const same = [invitation(dora, { subject: 'one' }), invitation(carl, { subject: 'one' }), invitation(carl, { subject: 'two' })];
  await Promise.all(Array.from({ length: 8 }, (_, nth) => notify(nth % 2 === 0 ? same : same.toReversed())));
  const plain = invitation(carl, { roomName: 'Last' });
  await notify([plain]);
  await notify([plain, { ...plain }]);
  await there.hears('notice', ({ roomName }) => roomName === 'Last');
  expect((await listed(carl)).items).toHaveLength(3);
  expect((await listed(dora)).items).toHaveLength(1);
  expect(new Set(there.told.filter(({ event }) => event === 'notice').map(({ payload }) => payload.id)).size).toBe(3);
});

describe('[NO3] The list', () => {
  test('is read newest first by cursor, each once, while others come', async () => {
    const carl = await make.user();
    let now = Date.parse('2030-01-01T00:00:00Z');
    const notices = newNotices({ now: () => (now += 1000) });
    for (let nth = 1; nth <= 7; nth += 1) await notify([invitation(carl, { roomName: `${nth}` })], notices);
    const seen: (string | false)[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: NoticesPage = await listed(carl, `?limit=3${cursor && `&cursor=${cursor}`}`);
      expect(page.unread).toBeGreaterThanOrEqual(7);
      seen.push(...roomsOf(page));
      cursor = page.nextCursor;
      await notify([invitation(carl, { roomName: 'later' })], notices);
    }
    expect(seen).toEqual(['7', '6', '5', '4', '3', '2', '1']);
    for (const query of ['?limit=101', '?limit=0', '?cursor=7', '?more=1']) {
      expect((await nodes.a.ask('GET', `/api/notices${query}`, { token: carl.token })).body.code).toBe('request.invalid');
    }
    expect((await nodes.a.ask('GET', '/api/notices')).body.code).toBe('auth.required');
  });

  test('is cached, and on the other node as it is after each change', async () => {
    const carl = await make.user();
    await nodes.caching();
    const again = async () => {
      const first = await listed(carl, '?limit=5');
      const hit = await vi.waitUntil(async () => {
        const { headers, body } = await nodes.b.ask('GET', '/api/notices?limit=5', { token: carl.token });
        return headers.get('x-cache') === 'HIT' && body;
      }, { timeout: 10_000 });
      expect(hit.data).toEqual(first);
      return first;
    };
    expect(await again()).toEqual({ items: [], nextCursor: null, unread: 0 });
    for (let nth = 1; nth <= 5; nth += 1) {
      await notify([invitation(carl)]);
      const page = await again();
      expect([page.items.length, page.unread]).toEqual([nth, 1]);
      await read(carl, { upTo: page.items[0]!.id });
      expect((await again()).unread).toBe(0);
    }
    const { id } = (await again()).items[0]!;
    expect((await nodes.a.ask('DELETE', `/api/notices/${id}`, { token: carl.token })).status).toBe(200);
    expect((await again()).items).toHaveLength(4);
  });

  test('passes over kinds of another version', async () => {
    const carl = await make.user();
    await notify([invitation(carl, { roomName: 'Known' })]);
    await nodes.a.db.database.kysely.insertInto('notices').values({
      id: '0fffffff-ffff-7fff-bfff-ffffffffffff', user_id: carl.id, kind: 'of_tomorrow', subject: '', body: '{}', created_at: new Date(), read_at: null,
    }).execute();
    const page = await listed(carl);
    expect([roomsOf(page), page.unread]).toEqual([['Known'], 1]);
  });
});

describe('[NO4] A notice becomes read', () => {
  test('by its id or with all up to another, once, told to all of one’s connections', async () => {
    const carl = await make.user();
    let now = Date.parse('2030-01-01T00:00:00Z');
    const notices = newNotices({ now: () => (now += 1000) });
    for (let nth = 0; nth < 4; nth += 1) await notify([invitation(carl)], notices);
    const [fourth, third, second, first] = (await listed(carl)).items.map(({ id }) => id) as [string, string, string, string];
    const [here, there] = [await open(carl, nodes.a), await open(carl)];
    expect((await read(carl, { ids: [third] })).body.data).toEqual({ unread: 3 });
    const heard = await there.hears('notices:read');
    expect(heard).toEqual({ ids: [third], readAt: expect.any(String) });
    expect(await here.hears('notices:read')).toEqual(heard);
    expect((await listed(carl)).items.map(({ readAt }) => readAt)).toEqual([null, heard.readAt, null, null]);

    expect((await read(carl, { upTo: second })).body.data).toEqual({ unread: 1 });
    const older = await there.hears('notices:read', ({ ids }) => ids.includes(first));
    expect(older.ids.toSorted()).toEqual([first, second].toSorted());
    expect((await read(carl, { upTo: third })).body.data).toEqual({ unread: 1 });
    expect((await read(carl, { ids: [fourth, fourth] })).body.data).toEqual({ unread: 0 });
    await there.hears('notices:read', ({ ids }) => ids.includes(fourth));
    expect(there.told.filter(({ event }) => event === 'notices:read')).toHaveLength(3);
    expect((await listed(carl)).items[1]!.readAt).toBe(heard.readAt);
  });

  test('by nobody else', async () => {
    const carl = await make.user();
    await notify([invitation(carl)]);
    const [{ id } = { id: '' }] = (await listed(carl)).items;
    expect((await read(bob, { ids: [id] })).status).toBe(200);
    expect((await read(bob, { upTo: 'ffffffff-ffff-7fff-bfff-ffffffffffff' })).status).toBe(200);
    expect((await listed(carl)).unread).toBe(1);
    for (const body of [{}, { ids: [] }, { ids: [id], upTo: id }, { ids: ['x'] }, { ids: Array.from({ length: 101 }, () => id) }]) {
      expect((await read(carl, body)).body.code).toBe('request.invalid');
    }
  });
});

test('[NO5] One removes one’s own, and hears of it elsewhere', async () => {
  const carl = await make.user();
  await notify([invitation(carl)]);
  const [{ id } = { id: '' }] = (await listed(carl)).items;
  const there = await open(carl);
  const remove = (who: TestUser, which: string) => nodes.a.ask('DELETE', `/api/notices/${which}`, { token: who.token });
  for (const [who, which] of [[bob, id], [carl, UNKNOWN]] as const) expect((await remove(who, which)).body.code).toBe('notices.not_found');
  expect((await remove(carl, id)).status).toBe(200);
  expect(await there.hears('notices:removed')).toEqual({ ids: [id] });
  expect(await listed(carl)).toEqual({ items: [], nextCursor: null, unread: 0 });
  expect((await remove(carl, id)).body.code).toBe('notices.not_found');
});

describe('[NO6] What a notice says', () => {
  const subject = { kind: 'room_invitation', subject: 'the party' } as const;

  test('is taken back where it is no longer so, and may be told anew', async () => {
    const [carl, dora] = [await make.user(), await make.user()];
    await notify([invitation(carl, subject), invitation(carl, { subject: 'other' }), invitation(dora, subject)]);
    const there = await open(carl);
    const withdraw = (userIds?: number[]) => nodes.a.app.write((tx, effects) => newNotices().withdraw(tx, effects, subject, userIds));
    await withdraw([]);
    expect([(await listed(carl)).unread, (await listed(dora)).unread]).toEqual([2, 1]);
    await withdraw([carl.id]);
    expect([(await listed(carl)).unread, (await listed(dora)).unread]).toEqual([1, 1]);
    expect((await there.hears('notices:removed')).ids).toHaveLength(1);
    await notify([invitation(carl, subject)]);
    await withdraw();
    expect([(await listed(carl)).unread, (await listed(dora)).unread]).toEqual([1, 0]);
  });

  test('is changed in place where it is so in other words', async () => {
    const carl = await make.user();
    await notify([invitation(carl, { ...subject, roomName: 'Before' })]);
    const [before] = (await listed(carl)).items;
    await read(carl, { ids: [before!.id] });
    const there = await open(carl);
    const revise = (roomName: string) =>
      nodes.a.app.write((tx, effects) => newNotices().revise(tx, effects, subject, { roomName }));
    await revise('After');
    await revise('After');
    await revise('Last');
    const after = await there.hears('notice', ({ roomName }) => roomName === 'Last');
    expect(after).toEqual({ ...before, roomName: 'Last', readAt: expect.any(String) });
    expect((await listed(carl)).items).toEqual([after]);
    expect(there.told.filter(({ event }) => event === 'notice')).toHaveLength(2);
  });
});

describe('[NO7] Kept are', () => {
  test('the newest of each person', async () => {
    const [carl, dora] = [await make.user(), await make.user()];
    let now = Date.parse('2030-01-01T00:00:00Z');
    const notices = newNotices({ keep: 3, now: () => (now += 1000) });
    await notify([invitation(dora, { roomName: 'Of another' })], notices);
    for (const roomName of ['1', '2', '3', '4', '5']) await notify([invitation(carl, { roomName })], notices);
    expect(roomsOf(await listed(carl))).toEqual(['5', '4', '3']);
    expect(roomsOf(await listed(dora))).toEqual(['Of another']);
  });

  test('those of 90 days', async () => {
    const carl = await make.user();
    const day = 24 * 60 * 60 * 1000;
    // Before anything that other tests have said.
    let now = Date.parse('2020-01-01T00:00:00Z');
    const notices = newNotices({ now: () => now });
    for (const roomName of ['1', '2', '3', '4', '5', '6']) {
      await notify([invitation(carl, { roomName })], notices);
      now += day;
    }
    expect((await listed(carl)).unread).toBe(6);
    now = Date.parse('2020-01-05T00:00:00Z') + 90 * day;
    expect(await notices.sweep(nodes.a.app.write)).toBe(4);
    expect(roomsOf(await listed(carl))).toEqual(['6', '5']);
    expect(await notices.sweep(nodes.a.app.write)).toBe(0);
  });
});
