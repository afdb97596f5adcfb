import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { startTwoNodes, type TwoNodes } from '../../../test/two-nodes.ts';

let nodes: TwoNodes;
let a: TestApp;
let b: TestApp;
let make: ReturnType<typeof factoriesFor>;
beforeAll(async () => {
  nodes = await startTwoNodes();
  ({ a, b } = nodes);
  make = factoriesFor(a);
}, 60_000);
afterAll(() => nodes.close());

const PATIENT = { timeout: 20_000, interval: 20 };

interface Connection {
  /** Of `friends:presence`, in order. */
  readonly presence: { readonly userId: number; readonly online: boolean }[];
  readonly names: string[];
  /** Of `friends:changed`. */
  readonly changed: number[];
  close(): void;
  /** Settles when all that was told before has been heard. */
  settled(): Promise<void>;
}

async function connect(node: TestApp, user: TestUser): Promise<Connection> {
  const socket = io(node.url, { transports: ['websocket'], auth: { token: user.token }, forceNew: true, reconnection: false });
  onTestFinished(() => void socket.close());
  const connection: Connection = {
    presence: [], changed: [], names: [], close: () => void socket.close(),
    settled: async () => void (await socket.timeout(20_000).emitWithAck('clock:ping', { t0: 1 })),
  };
  socket.on('friends:presence', ({ items }) => connection.presence.push(...items));
  socket.on('friends:changed', ({ items }) => connection.changed.push(...items.map(({ userId }: { userId: number }) => userId)));
  socket.on('notice', ({ kind }) => connection.names.push(kind));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return connection;
}

const as = (node: TestApp, who: TestUser, method: string, path: string, body?: object) =>
  node.ask(method, path, { token: who.token, ...(body && { body }) });
const online = async (node: TestApp, who: TestUser): Promise<number[]> =>
  (await as(node, who, 'GET', '/api/friends?online=true')).body.data.items.map(({ id }: { id: number }) => id);
const friends = async (node: TestApp, who: TestUser) => (await as(node, who, 'GET', '/api/friends')).body.data.items;
async function befriend(one: TestUser, other: TestUser): Promise<void> {
  for (const [from, to] of [[one, other], [other, one]] as const) await as(a, from, 'POST', '/api/friends/requests', { userId: to.id });
}

test('[FP2] [FP1] Friends are told on all nodes who comes and goes; others are not', async () => {
  const [ann, ben, cas, dan, eve] = [await make.user(), await make.user(), await make.user(), await make.user(), await make.user()];
  for (const friend of [ben, cas]) await befriend(ann, friend);
  await befriend(dan, ben);
  const [atA, atB, stranger] = [await connect(a, ben), await connect(b, cas), await connect(b, eve)];
  const first = await connect(a, ann);
  for (const friend of [atA, atB]) await expect.poll(() => friend.presence, PATIENT).toContainEqual({ userId: ann.id, online: true });
  for (const [node, friend] of [[a, ben], [b, ben], [a, cas], [b, cas]] as const) {
    await expect.poll(() => online(node, friend), PATIENT).toEqual([ann.id]);
    expect(await friends(node, friend)).toContainEqual(expect.objectContaining({ id: ann.id, online: true }));
  }
  await expect.poll(async () => new Set(await online(b, ann)), PATIENT).toEqual(new Set([ben.id, cas.id]));
  // Moving to the other node, as after a reload, is no news; whoever has heard of what dan does has heard of that too.
  const second = await connect(b, ann);
  const marker = await connect(b, dan);
  await expect.poll(() => online(a, ben), PATIENT).toContain(dan.id);
  first.close();
  await expect.poll(() => atA.presence, PATIENT).toContainEqual({ userId: dan.id, online: true });
  marker.close();
  await expect.poll(() => atA.presence, PATIENT).toContainEqual({ userId: dan.id, online: false });
  second.close();
  for (const friend of [atA, atB]) {
    await expect.poll(() => friend.presence, PATIENT).toContainEqual({ userId: ann.id, online: false });
    expect(friend.presence.filter(({ userId }) => userId === ann.id).map((item) => item.online)).toEqual([true, false]);
  }
  expect((await as(b, cas, 'GET', `/api/friends/${ann.id}`)).body.data).toMatchObject({ isFriend: true, online: false });
  await stranger.settled();
  expect(stranger.presence).toEqual([]);
});

test('[FP2] [FR10] After a block nobody is told, and nobody is shown online', async () => {
  const [ann, ben, cas] = [await make.user(), await make.user(), await make.user()];
  for (const friend of [ben, cas]) await befriend(ann, friend);
  const [atBen, atCas] = [await connect(a, ben), await connect(b, cas)];
  await as(b, ann, 'POST', `/api/friends/blocks/${ben.id}`);
  await connect(b, ann);
  await expect.poll(() => atCas.presence, PATIENT).toContainEqual({ userId: ann.id, online: true });
  await expect.poll(() => online(a, cas), PATIENT).toEqual([ann.id]);
  await atBen.settled();
  expect(atBen.presence.filter(({ userId }) => userId === ann.id)).toEqual([]);
  expect([await friends(a, ben), (await as(a, ben, 'GET', `/api/friends/${ann.id}`)).status]).toEqual([[], 404]);
});

test('[FR3] [FR13] What changes on one node is told, and read, on the other at once', async () => {
  const [ann, ben] = [await make.user(), await make.user()];
  const atB = await connect(b, ben);
  const requests = async () => (await as(b, ben, 'GET', '/api/friends/requests')).body.data.items.map(({ id }: { id: number }) => id);
  const standing = async () => (await as(b, ben, 'GET', `/api/friends/${ann.id}`)).body.data;
  for (let round = 0; round < 3; round += 1) {
    expect([await requests(), await friends(b, ben)]).toEqual([[], []]);
    const { id } = (await as(a, ann, 'POST', '/api/friends/requests', { userId: ben.id })).body.data;
    expect([await requests(), (await standing()).request]).toEqual([[id], { id, direction: 'incoming' }]);
    await as(b, ben, 'POST', `/api/friends/requests/${id}/accept`);
    expect((await friends(a, ann)).map((friend: { id: number }) => friend.id)).toEqual([ben.id]);
    expect([await requests(), (await friends(b, ben)).length]).toEqual([[], 1]);
    await as(a, ann, 'DELETE', `/api/friends/${ben.id}`);
    expect([(await standing()).isFriend, await friends(b, ben)]).toEqual([false, []]);
  }
  await expect.poll(() => atB.changed.length, PATIENT).toBe(9);
  expect(new Set(atB.changed)).toEqual(new Set([ann.id]));
  expect(atB.names).toEqual(['friend_request', 'friend_request', 'friend_request']);
});
