import { isDeepStrictEqual } from 'node:util';
import type { LiveParticipant } from '@watchparty/protocol';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { comparable, openViewer, type Picture, pictureOf, type Viewer } from '../../../test/viewer.ts';

const deep = process.env['WATCHPARTY_DEEP'] === '1';
const seed = Number(process.env['WATCHPARTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let owner: TestUser;
let crowd: TestUser[];
const viewers = new Set<Viewer>();

beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  owner = await make.user();
  crowd = await Promise.all(Array.from({ length: 8 }, () => make.user()));
});
afterAll(async () => {
  for (const viewer of viewers) viewer.close();
  await server.close();
});

const open = async (user: TestUser): Promise<Viewer> => {
  const viewer = await openViewer(server, user);
  viewers.add(viewer);
  return viewer;
};
const http = (user: TestUser, method: string, path: string, body?: object) =>
  server.ask(method, `/api${path}`, { token: user.token, ...(body && { body }) });

/** What HTTP says, which no live connection hears of. */
async function byHttp(user: TestUser, roomId: number): Promise<unknown> {
  const [room, playback, people] = await Promise.all(
    ['', '/playback', '/participants?limit=100'].map(async (path) => (await http(user, 'GET', `/rooms/${roomId}${path}`)).body.data),
  );
  return { room, playback, people: people.items.map(bare).toSorted(byId), rest: people.total - people.items.length };
}

const bare = ({ userId, username, role, joinedAt, online }: LiveParticipant) => ({ userId, username, role, joinedAt, online });
const byId = (a: { userId: number }, b: { userId: number }): number => a.userId - b.userId;

function told({ room, playback, people }: Picture): unknown {
  return { room, playback, people: [...people.values()].map(bare).toSorted(byId), rest: room.participantCount - people.size };
}

/** Waits until what the viewer was told is what HTTP says; then a new snapshot says the same. */
async function agrees(viewer: Viewer, roomId: number, what: string): Promise<void> {
  let truth: unknown;
  await vi.waitUntil(async () => {
    truth = await byHttp(viewer.user, roomId);
    return isDeepStrictEqual(told(viewer.picture()), truth);
  }, { timeout: 15_000, interval: 50 }).catch(() => expect(told(viewer.picture()), what).toEqual(truth));
  // What players say goes on while somebody asks.
  let last: unknown[] = [];
  await vi.waitUntil(async () => {
    const { data } = await viewer.send('room:join', { roomId });
    last = [comparable(viewer.picture()), comparable(pictureOf(data))];
    return isDeepStrictEqual(last[0], last[1]);
  }, { timeout: 15_000, interval: 50 }).catch(() => expect(last[0], what).toEqual(last[1]));
}

test(`[LR2] [LR3] [LP2] After whatever happened, what was told is what a new snapshot says (seed ${seed})`, { timeout: 300_000 }, async () => {
  let state = seed >>> 0;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const someone = (): TestUser => crowd[random(crowd.length)]!;
  const movies = await Promise.all([1, 2].map(() => make.movie(owner, { durationSeconds: 600 })));
  const { id } = await make.room(owner, { playbackControl: 'everyone' });
  const at = `/rooms/${id}`;
  const watcher = await open(owner);
  await watcher.enter(id);
  const done: string[] = [];
  const connections = new Map<number, Viewer>();

  const anyCommand = () => ({
    version: watcher.picture().playback.version, action: ['play', 'pause', 'seek', 'rate', 'load'][random(5)]!,
    position: random(500), rate: 1 + random(3) / 4, movieId: random(4) === 0 ? null : movies[random(2)]!.id,
  });
  async function connected(user: TestUser): Promise<Viewer> {
    const known = connections.get(user.id) ?? await open(user);
    connections.set(user.id, known);
    return known;
  }
  const acts: Record<string, () => Promise<unknown>> = {
    'join by HTTP': () => http(someone(), 'POST', `${at}/join`),
    'leave by HTTP': () => http(someone(), 'POST', `${at}/leave`),
    'join live': async () => (await connected(someone())).send('room:join', { roomId: id }),
    'leave live': async () => (await connected(someone())).send('room:leave', { roomId: id, stay: random(2) === 0 }),
    'close a connection': async () => {
      const user = someone();
      connections.get(user.id)?.close();
      connections.delete(user.id);
    },
    report: async () => (await connected(someone())).send('playback:report', {
      roomId: id, version: watcher.picture().playback.version, driftMs: random(100) - 50, rttMs: random(300),
      buffering: random(4) === 0, ready: random(2) === 0, free: random(4) === 0,
    }),
    role: () => http(owner, 'PATCH', `${at}/participants/${someone().id}`, { role: ['host', 'co-host', 'viewer'][random(3)] }),
    kick: () => http(owner, 'DELETE', `${at}/participants/${someone().id}${random(2) === 0 ? '?ban=true' : ''}`),
    unban: () => http(owner, 'DELETE', `${at}/bans/${someone().id}`),
    'command live': async () => watcher.send('playback:command', { roomId: id, ...anyCommand() }),
    'command by HTTP': () => http(someone(), 'POST', `${at}/playback`, anyCommand()),
    patch: () => http(owner, 'PATCH', at, [
      { name: `Room ${random(99)}` }, { movieId: movies[random(2)]!.id }, { waitForSlow: random(2) === 0 }, { maxParticipants: 20 + random(9) },
      { isPrivate: random(2) === 0, password: 'open sesame' }, { readyGate: random(2) === 0 },
    ][random(6)]),
    put: () => http(owner, 'PUT', at, { name: 'Anew', playbackControl: 'everyone', ...(random(2) === 0 && { movieId: movies[0]!.id }) }),
    'close and open again': async () => {
      await http(owner, 'PATCH', at, { isActive: false });
      await watcher.hears('room:expelled', ({ reason }) => reason === 'closed');
      watcher.told.length = 0;
      await watcher.enter(id);
    },
    'remove a film': async () => {
      const [old] = movies;
      movies[0] = await make.movie(owner, { durationSeconds: 600 });
      await http(owner, 'DELETE', `/movies/${old!.id}`);
    },
  };
  const names = Object.keys(acts);
  // Each alone, among people it can be done to.
  for (const name of names) {
    await Promise.all(crowd.map((user) => http(user, 'POST', `${at}/join`)));
    await agrees(watcher, id, 'Everybody has joined');
    done.push(name);
    await acts[name]!();
    await agrees(watcher, id, `After ${name} alone`);
  }
  for (let round = 0; round < (deep ? 300 : 25); round += 1) {
    // Mostly few, so that nothing hides behind what comes after it; some at once, some after one another.
    const count = random(4) === 0 ? 10 : 1 + random(2);
    for (let n = 0; n < count; n += 1) {
      const name = names[random(names.length)]!;
      done.push(name);
      const act = acts[name]!();
      if (name.startsWith('close') || random(2) === 0) await act;
      else void act.catch(() => undefined);
    }
    await agrees(watcher, id, `After ${done.slice(-count).join(', ')}`);
  }
  expect(watcher.socket.connected).toBe(true);
});

test('[LR2] [LR7] In a large room the first hundred are told of, the others counted, and it comes to the same', { timeout: 120_000 }, async () => {
  const { kysely } = server.db.database;
  const { id } = await make.room(owner, { maxParticipants: 1000 });
  const many = await kysely.insertInto('users').values(Array.from({ length: 150 }, (_, n) => ({
    email: `many-${id}-${n}@example.org`, username: `many-${id}-${n}`, display_name: 'One of many', password_hash: 'none', role: 'user' as const,
  }))).returning('id').execute();
  await kysely.insertInto('room_participants').values(many.map((user, n) => ({
    room_id: id, user_id: user.id, role: 'viewer' as const, joined_at: new Date(Date.now() + n),
  }))).execute();
  await kysely.updateTable('rooms').set({ participant_count: 151 }).where('id', '=', id).execute();
  const watcher = await open(owner);
  const snapshot = await watcher.enter(id);
  expect(snapshot.participants).toHaveLength(100);
  expect(snapshot.room.participantCount).toBe(151);

  await http(owner, 'DELETE', `/rooms/${id}/participants/${many[0]!.id}`);
  const first = await watcher.hears('room:presence');
  expect(first).toMatchObject({ partial: true, left: [many[0]!.id], participantCount: 150, participants: [{ userId: many[99]!.id }] });
  await http(owner, 'PATCH', `/rooms/${id}/participants/${many[140]!.id}`, { role: 'co-host' });
  await watcher.sees(({ people }) => people.get(many[140]!.id)?.role === 'co-host');
  expect(watcher.picture().people.size).toBe(100);

  const late = await open(crowd[0]!);
  await late.enter(id);
  await watcher.sees(({ onlineCount, room }) => onlineCount === 2 && room.participantCount === 151);
  expect(watcher.picture().people.has(crowd[0]!.id)).toBe(false);
  for (const { id: userId } of many.slice(1, 60)) await http(owner, 'DELETE', `/rooms/${id}/participants/${userId}`);
  await agrees(watcher, id, 'The room has become small');
  await agrees(late, id, 'The same for the others');
  expect(watcher.picture().people.get(crowd[0]!.id)?.online).toBe(true);
  expect(watcher.told.findLast(({ event }) => event === 'room:presence')?.payload.partial).toBe(false);
});
