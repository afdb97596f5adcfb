import { io, type Socket } from 'socket.io-client';
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

const PATIENT = { timeout: 20_000, interval: 10 };

interface Member {
  readonly socket: Socket;
  readonly heard: { readonly name: string; readonly payload: Record<string, unknown> }[];
  /** What was said in the room, without repeats. */
  contents(): string[];
}

async function member(node: TestApp, user: TestUser, roomId: number): Promise<Member> {
  const socket = io(node.url, { transports: ['websocket'], auth: { token: user.token }, forceNew: true, reconnection: false });
  onTestFinished(() => void socket.close());
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  const heard: Member['heard'] = [];
  socket.onAny((name: string, payload) => heard.push({ name, payload }));
  expect(await socket.timeout(20_000).emitWithAck('room:join', { roomId })).toMatchObject({ success: true });
  return {
    socket, heard,
    contents: () => [...new Set(heard.filter(({ name }) => name === 'chat:messages')
      .flatMap(({ payload }) => (payload['items'] as { content: string }[]).map(({ content }) => content)))],
  };
}

test('[LV13] [LV14] What is committed on one node is heard on both', async () => {
  const [host, guest] = [await make.user(), await make.user()];
  const room = await make.room(host);
  const [atA, atB] = [await member(a, host, room.id), await member(b, guest, room.id)];
  await make.message(host, room.id, { content: 'from a' });
  await factoriesFor(b).message(guest, room.id, { content: 'from b' });
  for (const one of [atA, atB]) await expect.poll(() => one.contents().toSorted(), PATIENT).toEqual(['from a', 'from b']);
});

test('[LV15] Whoever is put out on one node hears nothing on the other', async () => {
  const [host, guest] = [await make.user(), await make.user()];
  const room = await make.room(host);
  const [atA, atB] = [await member(a, host, room.id), await member(b, guest, room.id)];
  expect((await a.ask('DELETE', `/api/rooms/${room.id}/participants/${guest.id}`, { token: host.token })).status).toBe(200);
  await expect.poll(() => atB.heard.some(({ name }) => name === 'room:expelled'), PATIENT).toBe(true);
  await make.message(host, room.id, { content: 'not for them' });
  await expect.poll(() => atA.contents(), PATIENT).toEqual(['not for them']);
  expect(await atB.socket.timeout(20_000).emitWithAck('clock:ping', { t0: 1 })).toMatchObject({ success: true });
  expect(atB.contents()).toEqual([]);
});

test('[LV19] A session that is ended on one node ends its connections on both within a second', async () => {
  const user = await make.user();
  const room = await make.room(user);
  const [atA, atB] = [await member(a, user, room.id), await member(b, user, room.id)];
  const gone = [atA, atB].map(({ socket }) => new Promise<number>((resolve) => {
    socket.once('disconnect', () => resolve(performance.now()));
  }));
  const endedMs = performance.now();
  expect((await a.ask('POST', '/api/auth/logout', { token: user.token })).status).toBe(200);
  for (const at of await Promise.all(gone)) expect(at - endedMs).toBeLessThan(5000);
  for (const one of [atA, atB]) expect(one.heard.at(-1)?.name).toBe('session:revoked');
  await expect(member(b, user, room.id)).rejects.toThrow('The session has ended');
});

test('[LV14] [LV17] With Redis away each node hears its own at once; when it is back the other hears all of it', { timeout: 90_000 }, async () => {
  const [host, guest] = [await make.user(), await make.user()];
  const room = await make.room(host);
  const [atA, atB] = [await member(a, host, room.id), await member(b, guest, room.id)];
  await nodes.redis.kill();
  for (const content of ['one', 'two', 'three']) await make.message(host, room.id, { content });
  await expect.poll(() => atA.contents(), PATIENT).toEqual(['one', 'two', 'three']);
  expect(atB.contents()).toEqual([]);
  await nodes.redis.restart();
  await expect.poll(() => atB.contents().toSorted(), { timeout: 60_000, interval: 20 }).toEqual(['one', 'three', 'two']);
  await nodes.caching();
});

test('[LV21] A node that stops loses nobody: its clients go on at the other', { timeout: 90_000 }, async () => {
  const [host, guest] = [await make.user(), await make.user()];
  const room = await make.room(host);
  const [atA, atB] = [await member(a, host, room.id), await member(b, guest, room.id)];
  const gone = new Promise<string>((resolve) => { atB.socket.once('disconnect', resolve); });
  await b.app.close();
  expect(await gone).toBe('transport close');
  expect(atB.heard.some(({ name }) => name === 'live:closing')).toBe(true);
  const again = await member(a, guest, room.id);
  await make.message(host, room.id, { content: 'still here' });
  for (const one of [atA, again]) await expect.poll(() => one.contents(), PATIENT).toEqual(['still here']);
});
