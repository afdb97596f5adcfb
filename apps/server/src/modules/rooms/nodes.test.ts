import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Playback } from '@watchparty/protocol';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { cleanUp, makeDataDir, type ServerProcess, startServer } from '../../../test/server-process.ts';
import { startTwoNodes, TWO_NODES_SECRET, type TwoNodes } from '../../../test/two-nodes.ts';
import { defaultRoomTimings } from './index.ts';
import { openViewer, type Viewer } from '../../../test/viewer.ts';

let nodes: TwoNodes;
let make: ReturnType<typeof factoriesFor>;
let [owner, ann, bob, cid]: TestUser[] = [];
let movieId: number;
let viewers: Viewer[] = [];

beforeAll(async () => {
  nodes = await startTwoNodes({
    roomTimings: { watch: { ...defaultRoomTimings.watch, bufferingMs: 30_000, patienceMs: 200, restMs: 0, hostGraceMs: 500 } },
  });
  make = factoriesFor(nodes.a);
  [owner, ann, bob, cid] = [await make.user(), await make.user(), await make.user(), await make.user()];
  movieId = (await make.movie(owner)).id;
}, 60_000);
afterAll(() => nodes.close());
afterEach(() => {
  for (const viewer of viewers) viewer.close();
  viewers = [];
});

const open = async (node: { readonly url: string }, user: TestUser, roomId: number): Promise<Viewer> => {
  const viewer = await openViewer(node, user);
  viewers.push(viewer);
  await viewer.enter(roomId);
  return viewer;
};
const http = (user: TestUser, method: string, path: string, body?: object) =>
  nodes.b.ask(method, `/api${path}`, { token: user.token, ...(body && { body }) });
const playback = async (roomId: number): Promise<Playback> => (await http(owner!, 'GET', `/rooms/${roomId}/playback`)).body.data;
const roles = async (roomId: number): Promise<Record<number, string>> => {
  const { items } = (await http(owner!, 'GET', `/rooms/${roomId}/participants`)).body.data;
  return Object.fromEntries(items.map(({ userId, role }: { userId: number; role: string }) => [userId, role]));
};

test('[LR3] [LR5] [LP2] People and commands of one node are seen on the other', async () => {
  const { id } = await make.room(owner!, { movieId });
  const here = await open(nodes.a, owner!, id);
  const there = await open(nodes.b, ann!, id);
  await here.sees(({ people, onlineCount }) => people.get(ann!.id)?.online === true && onlineCount === 2);
  await there.report(id, { driftMs: 12, rttMs: 80 });
  await here.sees(({ people }) => people.get(ann!.id)?.driftMs === 12);
  const { data } = await here.send('playback:command', { roomId: id, version: 0, action: 'play' });
  expect(await there.hears('playback:state')).toEqual(data);
  await http(owner!, 'PATCH', `/rooms/${id}`, { name: 'Another name' });
  for (const viewer of [here, there]) await viewer.sees(({ room }) => room.name === 'Another name');
  there.close();
  await here.sees(({ people, onlineCount }) => people.get(ann!.id)?.online === false && onlineCount === 1);
});

test('[LR4] Whoever is put out by one node is out of the other’s', async () => {
  const { id } = await make.room(owner!);
  const here = await open(nodes.a, ann!, id);
  const host = await open(nodes.b, owner!, id);
  await http(owner!, 'DELETE', `/rooms/${id}/participants/${ann!.id}?ban=true`);
  expect(await here.hears('room:expelled')).toEqual({ roomId: id, reason: 'banned' });
  await host.sees(({ people, onlineCount }) => !people.has(ann!.id) && onlineCount === 1);
  expect((await here.send('room:join', { roomId: id })).code).toBe('rooms.banned');
});

test('[LP4] The film waits once for slow players on both nodes, and goes on once', async () => {
  const { id } = await make.room(owner!, { movieId });
  const [host, one] = [await open(nodes.a, owner!, id), await open(nodes.a, ann!, id)];
  const [two, three] = [await open(nodes.b, bob!, id), await open(nodes.b, cid!, id)];
  await host.send('playback:command', { roomId: id, version: 0, action: 'play' });
  await vi.waitUntil(async () => (await playback(id)).at < Date.now(), { timeout: 10_000 });
  await Promise.all([one, two].map((viewer) => viewer.report(id, { buffering: true, ready: false })));
  const held: Playback = await three.hears('playback:state', ({ waiting }) => waiting?.userIds.length === 2);
  expect(new Set(held.waiting!.userIds)).toEqual(new Set([ann!.id, bob!.id]));
  // One after the other, or both at once.
  expect([2, 3]).toContain(held.version);
  await one.report(id);
  await host.sees(({ people }) => people.get(ann!.id)?.buffering === false);
  expect((await playback(id)).version).toBe(held.version);
  await two.report(id);
  for (const viewer of [host, three]) {
    await viewer.hears('playback:state', ({ version, waiting, playing }) => version === held.version + 1 && waiting === null && playing);
  }
  // Both nodes have seen that nobody needs it any more; only one has acted.
  await http(owner!, 'PATCH', `/rooms/${id}`, { name: 'Later' });
  for (const viewer of [host, three]) await viewer.sees(({ room }) => room.name === 'Later');
  expect((await playback(id)).version).toBe(held.version + 1);
});

test('[LR6] A host who is away is replaced once, by somebody on whichever node', async () => {
  const { id } = await make.room(owner!);
  const host = await open(nodes.a, owner!, id);
  const [one, two] = [await open(nodes.a, ann!, id), await open(nodes.b, bob!, id)];
  host.close();
  for (const viewer of [one, two]) await viewer.sees(({ people }) => people.get(ann!.id)?.role === 'host');
  expect(await roles(id)).toEqual({ [owner!.id]: 'host', [ann!.id]: 'host', [bob!.id]: 'viewer' });
});

test('[LR3] [LR5] With Redis away a room is live within its node; when Redis is back, everywhere', { timeout: 120_000 }, async () => {
  const { id } = await make.room(owner!);
  const [here, beside] = [await open(nodes.a, owner!, id), await open(nodes.a, ann!, id)];
  const there = await open(nodes.b, bob!, id);
  await here.sees(({ onlineCount }) => onlineCount === 3);
  await nodes.redis.kill();
  try {
    await nodes.a.ask('PATCH', `/api/rooms/${id}`, { token: owner!.token, body: { name: 'Without Redis' } });
    await beside.report(id, { driftMs: 40 });
    for (const viewer of [here, beside]) {
      await viewer.sees(({ room, people }) => room.name === 'Without Redis' && people.get(ann!.id)?.driftMs === 40);
    }
    const { data } = await here.send('playback:command', { roomId: id, version: 0, action: 'seek', position: 7 });
    expect(await beside.hears('playback:state')).toEqual(data);
  } finally {
    await nodes.redis.restart();
  }
  await there.sees(({ room, people, onlineCount }) => room.name === 'Without Redis' && people.get(ann!.id)?.driftMs === 40 && onlineCount === 3, 40_000);
  await there.sees(({ playback: { position } }) => position === 7, 40_000);
  await here.sees(({ onlineCount }) => onlineCount === 3, 40_000);
  expect((await roles(id))[bob!.id]).toBe('viewer');
});

test('[LR5] [LP4] Whom a killed node had is gone within ten seconds, and a wait it began ends all the same', { timeout: 120_000 }, async () => {
  const dataDir = await makeDataDir();
  let third: ServerProcess | undefined;
  try {
    third = startServer(dataDir, {
      env: {
        NODE_ENV: 'test', DATABASE_URL: nodes.a.db.connectionString, REDIS_URL: nodes.redis.url, JWT_SECRET: TWO_NODES_SECRET, PUBLIC_URL: 'http://watchparty.test',
      },
    });
    const url = await third.ready();
    const { id } = await make.room(owner!, { movieId });
    const host = await open(nodes.a, owner!, id);
    const doomed = await open({ url }, ann!, id);
    await host.sees(({ onlineCount }) => onlineCount === 2);
    await host.send('playback:command', { roomId: id, version: 0, action: 'play' });
    await vi.waitUntil(async () => (await playback(id)).at < Date.now(), { timeout: 10_000 });
    await doomed.report(id, { buffering: true, ready: false });
    const held: Playback = await host.hears('playback:state', ({ waiting }) => waiting?.userIds[0] === ann!.id);
    expect(held.at - held.waiting!.sinceMs).toBe(defaultRoomTimings.watch.bufferingMs);
    third.child.kill('SIGKILL');
    await host.sees(({ people, onlineCount }) => people.get(ann!.id)?.online === false && onlineCount === 1);
    // By itself at its time, or because she is gone.
    await vi.waitUntil(async () => (await playback(id)).at < Date.now(), { timeout: 20_000 });
    expect(await playback(id)).toMatchObject({ playing: true, position: held.position });
  } finally {
    await cleanUp(dataDir, third);
  }
});
