import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Playback } from '@watchparty/protocol';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { defaultRoomTimings } from './index.ts';
import { openViewer, type Viewer } from '../../../test/viewer.ts';

/** Long enough that what must come before a deadline does, on a busy machine; short where a test waits for it. */
const START_MS = 60_000;
const BUFFERING_MS = 30_000;
const GRACE_MS = 500;

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let owner: TestUser;
let [ann, bob]: TestUser[] = [];
let viewers: Viewer[] = [];
let movieId: number;

beforeAll(async () => {
  server = await startTestApp({}, {
    roomTimings: {
      watch: {
        ...defaultRoomTimings.watch, startMs: START_MS, bufferingMs: BUFFERING_MS, patienceMs: 200, restMs: 0, hostGraceMs: GRACE_MS,
      },
    },
  });
  make = factoriesFor(server);
  [owner, ann, bob] = [await make.user(), await make.user(), await make.user()];
  movieId = (await make.movie(owner)).id;
});
afterAll(() => server.close());
afterEach(() => {
  for (const viewer of viewers) viewer.close();
  viewers = [];
});

const http = (user: TestUser, method: string, path: string, body?: object) =>
  server.ask(method, `/api${path}`, { token: user.token, ...(body && { body }) });
const open = async (user: TestUser, roomId: number): Promise<Viewer> => {
  const viewer = await openViewer(server, user);
  viewers.push(viewer);
  await viewer.enter(roomId);
  return viewer;
};
const playback = async (roomId: number): Promise<Playback> => (await http(owner, 'GET', `/rooms/${roomId}/playback`)).body.data;
const command = async (host: Viewer, roomId: number, given: object): Promise<Playback> =>
  (await host.send('playback:command', { roomId, version: (await playback(roomId)).version, ...given })).data;
const inMotion = (roomId: number): Promise<unknown> =>
  vi.waitUntil(async () => (await playback(roomId)).at < Date.now(), { timeout: 10_000 });
const roles = async (roomId: number): Promise<Record<number, string>> => {
  const { items } = (await http(owner, 'GET', `/rooms/${roomId}/participants`)).body.data;
  return Object.fromEntries(items.map(({ userId, role }: { userId: number; role: string }) => [userId, role]));
};

describe('A film that waits', () => {
  let id: number;
  let [host, slow, other]: Viewer[] = [];
  beforeEach(async () => {
    ({ id } = await make.room(owner, { movieId }));
    [host, slow, other] = [await open(owner, id), await open(ann!, id), await open(bob!, id)];
  });
  const isFor = (...users: TestUser[]) => ({ waiting }: Playback) =>
    JSON.stringify(waiting?.userIds) === JSON.stringify(users.map((user) => user.id));

  test('[LP4] names whose player lacks data, and goes on as soon as it has them', async () => {
    await command(host!, id, { action: 'play' });
    await inMotion(id);
    await slow!.report(id, { buffering: true, ready: false });
    const held: Playback = await other!.hears('playback:state', isFor(ann!));
    expect(held).toMatchObject({ version: 2, playing: true, by: null, waiting: { reason: 'buffering', usernames: [ann!.username] } });
    expect(held.at).toBe(held.waiting!.untilMs);
    expect(held.at - held.waiting!.sinceMs).toBe(BUFFERING_MS);
    expect(await playback(id)).toEqual(held);
    await slow!.report(id);
    const on: Playback = await other!.hears('playback:state', ({ version }) => version === 3);
    expect(on).toEqual({ ...held, version: 3, waiting: null, at: on.at });
    expect(on.at).toBeLessThan(held.at);
    // Once, not once more for whoever still believes in the wait.
    await slow!.report(id, { driftMs: 3 });
    expect((await playback(id)).version).toBe(3);
  });

  test('[LP4] is set free by a host, by who is slow leaving, going their own way, or by a command', async () => {
    for (const free of [
      () => slow!.report(id, { buffering: true, ready: false, free: true }),
      () => slow!.send('room:leave', { roomId: id, stay: true }),
    ]) {
      await http(owner, 'PATCH', `/rooms/${id}`, { movieId: null });
      await command(host!, id, { action: 'load', movieId });
      await command(host!, id, { action: 'play' });
      await inMotion(id);
      const { version } = await playback(id);
      await slow!.report(id, { buffering: true, ready: false });
      await other!.hears('playback:state', (state) => state.version > version && isFor(ann!)(state));
      await free();
      await other!.hears('playback:state', (state) => state.version === version + 2 && state.waiting === null && state.playing);
    }
    await slow!.enter(id);
    await inMotion(id);
    const { version } = await playback(id);
    await other!.report(id, { buffering: true, ready: false });
    await host!.hears('playback:state', (state) => state.version === version + 1 && isFor(bob!)(state));
    await slow!.report(id, { buffering: true, ready: false });
    await host!.hears('playback:state', (state) => state.version === version + 2 && isFor(bob!, ann!)(state));
    await other!.report(id);
    // Pressed before anything of the wait was heard.
    const { data: paused } = await host!.send('playback:command', { roomId: id, version, action: 'pause' });
    expect(paused).toMatchObject({ version: version + 3, playing: false, waiting: null });
    expect((await host!.send('playback:command', { roomId: id, version: version + 2, action: 'play' })).code).toBe('rooms.playback_version_conflict');
  });

  test('[LP4] does not where the room does not want it, while nothing plays, or for who has data again in a moment', async () => {
    await http(owner, 'PATCH', `/rooms/${id}`, { waitForSlow: false });
    await command(host!, id, { action: 'play' });
    await inMotion(id);
    await slow!.report(id, { buffering: true, ready: false });
    await other!.sees(({ people }) => people.get(ann!.id)?.buffering === true);
    // Somebody who lacks data is looked at each second: when the room wants it, the film waits.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect((await playback(id)).version).toBe(1);
    await http(owner, 'PATCH', `/rooms/${id}`, { waitForSlow: true });
    await other!.hears('playback:state', isFor(ann!));
  });

  test('[LP5] goes on without somebody after the third time', async () => {
    await command(host!, id, { action: 'play' });
    for (let wait = 1; wait <= 3; wait += 1) {
      await inMotion(id);
      await slow!.report(id, { buffering: true, ready: false });
      await other!.hears('playback:state', (state) => state.version === 2 * wait && isFor(ann!)(state));
      await slow!.report(id);
      await other!.hears('playback:state', ({ version }) => version === 2 * wait + 1);
    }
    await inMotion(id);
    await slow!.report(id, { buffering: true, ready: false });
    await other!.sees(({ people }) => people.get(ann!.id)?.buffering === true);
    await other!.report(id, { buffering: true, ready: false });
    // Of both only the other one, although she has lacked data for longer.
    const held: Playback = await other!.hears('playback:state', isFor(bob!));
    expect(held.version).toBe(8);
  });
});

describe('A start that waits', () => {
  test('[LP3] for all who watch with the others to be ready for what is to be played', async () => {
    const { id } = await make.room(owner, { movieId, readyGate: true });
    const [host, one, two] = [await open(owner, id), await open(ann!, id), await open(bob!, id)];
    await host.report(id, { version: 0 });
    await one.report(id, { version: 0, ready: false, free: true });
    const started = await command(host, id, { action: 'play' });
    expect(started).toMatchObject({ version: 1, playing: true, position: 0, waiting: { reason: 'start', userIds: [bob!.id] } });
    expect(started.at - started.waiting!.sinceMs).toBe(START_MS);
    await two.report(id, { version: 0, ready: false });
    await two.report(id, { version: 1 });
    const together: Playback = await one.hears('playback:state', ({ version }) => version === 2);
    expect(together).toMatchObject({ playing: true, waiting: null, position: 0 });
    expect(together.at).toBeLessThan(started.at);
    // After a short pause nobody is asked.
    await command(host, id, { action: 'pause', position: 30 });
    expect((await command(host, id, { action: 'play' })).waiting).toBeNull();
  });

  test('[LP3] for nobody when all are ready', async () => {
    const { id } = await make.room(owner, { movieId, readyGate: true });
    const [host, one] = [await open(owner, id), await open(ann!, id)];
    for (const person of [host, one]) await person.report(id, { version: 0 });
    expect(await command(host, id, { action: 'play' })).toMatchObject({ version: 1, waiting: null });
  });
});

describe('Hosts', () => {
  test('[LR6] who leave leave the room to the co-host who has been there longest, else to a viewer; the owner comes back as host', async () => {
    const { id } = await make.room(owner);
    for (const user of [ann!, bob!]) await http(user, 'POST', `/rooms/${id}/join`);
    await http(owner, 'PATCH', `/rooms/${id}/participants/${bob!.id}`, { role: 'co-host' });
    await http(owner, 'POST', `/rooms/${id}/leave`);
    expect(await roles(id)).toEqual({ [ann!.id]: 'viewer', [bob!.id]: 'host' });
    await http(bob!, 'POST', `/rooms/${id}/leave`);
    expect(await roles(id)).toEqual({ [ann!.id]: 'host' });
    await http(owner, 'POST', `/rooms/${id}/join`);
    expect(await roles(id)).toEqual({ [ann!.id]: 'host', [owner.id]: 'host' });
    expect((await http(ann!, 'DELETE', `/rooms/${id}/participants/${owner.id}`)).body.code).toBe('rooms.rank_too_low');
  });

  test('[LR6] who are away for long leave it to who is there', async () => {
    const { id } = await make.room(owner);
    const [host, one] = [await open(owner, id), await open(ann!, id)];
    await http(bob!, 'POST', `/rooms/${id}/join`);
    await http(owner, 'PATCH', `/rooms/${id}/participants/${bob!.id}`, { role: 'co-host' });
    host.close();
    // The co-host is not there.
    await one.sees(({ people }) => people.get(ann!.id)?.role === 'host');
    expect(await roles(id)).toEqual({ [owner.id]: 'host', [bob!.id]: 'co-host', [ann!.id]: 'host' });
  });

  test('[LR6] are not replaced while one of them is there, nor where nobody is', async () => {
    const { id } = await make.room(owner);
    const [host, one] = [await open(owner, id), await open(ann!, id)];
    await new Promise((resolve) => setTimeout(resolve, 3 * GRACE_MS));
    one.close();
    host.close();
    await new Promise((resolve) => setTimeout(resolve, 3 * GRACE_MS));
    expect(await roles(id)).toEqual({ [owner.id]: 'host', [ann!.id]: 'viewer' });
  });
});
