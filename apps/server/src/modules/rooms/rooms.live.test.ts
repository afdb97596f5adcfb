import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { openViewer, type Viewer } from '../../../test/viewer.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let owner: TestUser;
let guest: TestUser;
let third: TestUser;
let viewers: Viewer[] = [];

beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  [owner, guest, third] = [await make.user(), await make.user(), await make.user()];
});
afterAll(() => server.close());
afterEach(() => {
  for (const viewer of viewers) viewer.close();
  viewers = [];
});

const open = async (user: TestUser): Promise<Viewer> => {
  const viewer = await openViewer(server, user);
  viewers.push(viewer);
  return viewer;
};
const http = (user: TestUser, method: string, path: string, body?: object) =>
  server.ask(method, `/api${path}`, { token: user.token, ...(body && { body }) });

describe('Entering', () => {
  test('[LR1] answers the room, its playback, its people and what was said', async () => {
    const { id } = await make.room(owner);
    const said = await make.message(owner, id, { content: 'Welcome' });
    const viewer = await open(guest);
    const snapshot = await viewer.enter(id);
    expect(snapshot.room).toMatchObject({ id, participantCount: 2 });
    expect(snapshot.playback).toEqual((await http(guest, 'GET', `/rooms/${id}/playback`)).body.data);
    expect(snapshot.participants.map(({ userId, role, online }) => ({ userId, role, online }))).toEqual([
      { userId: owner.id, role: 'host', online: false }, { userId: guest.id, role: 'viewer', online: true },
    ]);
    expect(snapshot.onlineCount).toBe(1);
    expect(snapshot.messages).toMatchObject({ hasMore: false, items: [{ id: said.id, seq: said.seq }] });
    expect((await viewer.enter(id, { lastSeq: said.seq })).messages.items).toEqual([]);
  });

  test('[LR1] follows the rules of joining, and who was refused hears nothing', async () => {
    const locked = await make.room(owner, { isPrivate: true, password: 'open sesame' });
    const viewer = await open(guest);
    const send = (given: object) => viewer.send('room:join', { roomId: locked.id, ...given });
    expect((await send({})).code).toBe('rooms.not_found');
    expect((await send({ password: 'wrong' })).code).toBe('rooms.not_found');
    await http(owner, 'PATCH', `/rooms/${locked.id}`, { description: 'Nobody else hears of it' });
    expect(await send({ password: 'open sesame' })).toMatchObject({ success: true, data: { room: { description: 'Nobody else hears of it' } } });
    expect(viewer.told.filter(({ event }) => event === 'room:changed')).toEqual([]);
    // Once in, by right of taking part.
    const again = await open(guest);
    expect((await again.enter(locked.id)).room.participantCount).toBe(2);
  });

  test('[LR1] [RO10] A closed room takes nobody but its owner, who opens it again', async () => {
    const { id } = await make.room(owner);
    const [host, viewer] = [await open(owner), await open(guest)];
    await Promise.all([host.enter(id), viewer.enter(id)]);
    await http(owner, 'PATCH', `/rooms/${id}`, { isActive: false });
    for (const person of [host, viewer]) expect(await person.hears('room:expelled')).toEqual({ roomId: id, reason: 'closed' });
    expect((await viewer.send('room:join', { roomId: id })).code).toBe('rooms.inactive');
    expect((await host.enter(id)).room.isActive).toBe(true);
    expect((await viewer.enter(id)).room.isActive).toBe(true);
  });

  test('[LR1] Who takes part already enters without a transaction', async () => {
    const { id } = await make.room(owner);
    const state = () => server.db.database.kysely.selectFrom('room_participants').selectAll().where('room_id', '=', id).execute();
    const before = await state();
    const viewer = await open(owner);
    await viewer.enter(id);
    expect(await state()).toEqual(before);
  });
});

describe('Who is there', () => {
  test('[LR3] [LR5] is told as people come, go offline and leave; two connections are one person', async () => {
    const { id } = await make.room(owner);
    const host = await open(owner);
    await host.enter(id);
    const [one, two] = [await open(guest), await open(guest)];
    await one.enter(id);
    await two.enter(id);
    await host.sees(({ people, onlineCount, room }) => people.get(guest.id)?.online === true && onlineCount === 2 && room.participantCount === 2);
    one.close();
    await http(owner, 'PATCH', `/rooms/${id}/participants/${guest.id}`, { role: 'co-host' });
    await host.sees(({ people }) => people.get(guest.id)?.role === 'co-host');
    expect(host.picture().people.get(guest.id)?.online).toBe(true);
    two.close();
    await host.sees(({ people, onlineCount }) => people.get(guest.id)?.online === false && onlineCount === 1);
    await http(guest, 'POST', `/rooms/${id}/leave`);
    await host.sees(({ people, room }) => !people.has(guest.id) && room.participantCount === 1);
    expect((await http(owner, 'GET', `/rooms/${id}/participants`)).body.data.items).toMatchObject([{ userId: owner.id, online: true }]);
  });

  test('[LP6] shows how each player gets along, and counts it for Prometheus', async () => {
    const { id } = await make.room(owner);
    const [host, viewer] = [await open(owner), await open(guest)];
    await host.enter(id);
    await viewer.enter(id);
    expect(await viewer.report(id, { driftMs: -7.26, rttMs: 212, free: false })).toEqual({ success: true, data: null });
    await host.sees(({ people }) => people.get(guest.id)?.driftMs === -7.3 && people.get(guest.id)?.rttMs === 212);
    expect(host.picture().people.get(guest.id)).toMatchObject({ ready: true, buffering: false, free: false });
    const { text } = await vi.waitUntil(async () => {
      const response = await server.ask('GET', '/metrics');
      return typeof response.body === 'string' && response.body.includes('playback_drift_seconds_count 1') ? { text: response.body } : undefined;
    });
    expect(text).toContain('playback_drift_seconds_bucket{le="0.01"} 1');
    expect(text).toContain('playback_round_trip_seconds_bucket{le="0.25"} 1');
    const stranger = await open(third);
    expect((await stranger.report(id)).code).toBe('rooms.not_participant');
  });
});

test('[LR5] [PB1] A room in which a film plays and nobody acts costs the database no write', async () => {
  const movie = await make.movie(owner, { durationSeconds: 6000 });
  const { id } = await make.room(owner, { movieId: movie.id });
  const [host, viewer] = [await open(owner), await open(guest)];
  await host.enter(id);
  await viewer.enter(id);
  await host.send('playback:command', { roomId: id, version: 0, action: 'play' });
  await viewer.hears('playback:state');
  /** Every version that a row of the room has. */
  const rows = async (): Promise<unknown> => {
    const { kysely } = server.db.database;
    return Promise.all((['rooms', 'room_participants', 'room_days'] as const).map((table) =>
      kysely.selectFrom(table).select(sql`xmin::text || ctid::text`.as('version')).orderBy('version').execute()));
  };
  const before = await rows();
  for (let n = 0; n < 12; n += 1) {
    for (const person of [host, viewer]) await person.report(id, { version: 1, driftMs: n, rttMs: 30 + n, ready: n % 2 === 0 });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await host.sees(({ people }) => people.get(guest.id)?.driftMs === 11);
  expect(await rows()).toEqual(before);
});

describe('Whoever is out', () => {
  test.each([
    ['kicked', ''], ['banned', '?ban=true'],
  ])('[LR4] %s: hears the room no more and is told', async (reason, query) => {
    const { id } = await make.room(owner);
    const [host, viewer, elsewhere] = [await open(owner), await open(guest), await open(guest)];
    await host.enter(id);
    await viewer.enter(id);
    await http(owner, 'DELETE', `/rooms/${id}/participants/${guest.id}${query}`);
    for (const connection of [viewer, elsewhere]) expect(await connection.hears('room:expelled')).toEqual({ roomId: id, reason });
    await host.sees(({ people, onlineCount }) => !people.has(guest.id) && onlineCount === 1);
    const heard = viewer.told.length;
    await http(owner, 'PATCH', `/rooms/${id}`, { description: 'Among ourselves' });
    await host.hears('room:changed', ({ room }) => room.description === 'Among ourselves');
    expect(viewer.told.slice(heard).filter(({ event }) => event !== 'room:expelled')).toEqual([]);
    expect((await viewer.send('playback:report', {
      roomId: id, version: 0, driftMs: null, rttMs: null, buffering: false, ready: false, free: false,
    })).code).toBe('rooms.not_participant');
    const back = await viewer.send('room:join', { roomId: id });
    expect(reason === 'banned' ? back.code : back.success).toBe(reason === 'banned' ? 'rooms.banned' : true);
  });

  test('[LR4] of a room that is removed: all are told', async () => {
    const { id } = await make.room(owner);
    const [host, viewer] = [await open(owner), await open(guest)];
    await host.enter(id);
    await viewer.enter(id);
    await http(owner, 'DELETE', `/rooms/${id}`);
    for (const person of [host, viewer]) expect(await person.hears('room:expelled')).toEqual({ roomId: id, reason: 'removed' });
    expect((await viewer.send('room:join', { roomId: id })).code).toBe('rooms.not_found');
  });

  test('[LR4] by leaving, or with `stay` on this connection alone', async () => {
    const { id } = await make.room(owner);
    const [host, viewer] = [await open(owner), await open(guest)];
    await host.enter(id);
    await viewer.enter(id);
    expect(await viewer.send('room:leave', { roomId: id, stay: true })).toEqual({ success: true, data: null });
    await host.sees(({ people }) => people.get(guest.id)?.online === false);
    await viewer.enter(id);
    await host.sees(({ people }) => people.get(guest.id)?.online === true);
    expect(await viewer.send('room:leave', { roomId: id })).toEqual({ success: true, data: null });
    await host.sees(({ people }) => !people.has(guest.id));
    expect(await viewer.hears('room:expelled')).toEqual({ roomId: id, reason: 'left' });
  });
});

describe('Commands', () => {
  test('[LP2] reach everybody, by HTTP as live, in the shape of the playback', async () => {
    const movie = await make.movie(owner);
    const { id } = await make.room(owner, { movieId: movie.id });
    const [host, viewer] = [await open(owner), await open(guest)];
    await host.enter(id);
    await viewer.enter(id);
    const played = await host.send('playback:command', { roomId: id, version: 0, action: 'play' });
    expect(played.data).toMatchObject({ roomId: id, version: 1, movieId: movie.id, playing: true, waiting: null, by: owner.id });
    expect(await viewer.hears('playback:state')).toEqual(played.data);
    const paused = await http(owner, 'POST', `/rooms/${id}/playback`, { version: 1, action: 'pause', position: 12 });
    for (const person of [host, viewer]) expect(await person.hears('playback:state', ({ version }) => version === 2)).toEqual(paused.body.data);
    await http(owner, 'DELETE', `/movies/${movie.id}`);
    expect(await viewer.hears('playback:state', ({ version }) => version === 3)).toMatchObject({ movieId: null, by: null });
    await viewer.sees(({ room }) => room.movieId === null);
    expect((await host.send('playback:command', { roomId: id, version: 1, action: 'play' })).code).toBe('rooms.playback_version_conflict');
  });

  test('[LP1] are for hosts and co-hosts, or for everybody, as the room says', async () => {
    const { id } = await make.room(owner);
    const viewer = await open(guest);
    await viewer.enter(id);
    const play = (version: number) => viewer.send('playback:command', { roomId: id, version, action: 'play' });
    expect((await play(0)).code).toBe('rooms.playback_not_controller');
    await http(owner, 'PATCH', `/rooms/${id}`, { playbackControl: 'everyone' });
    await viewer.hears('room:changed', ({ room }) => room.playbackControl === 'everyone');
    expect(await play(0)).toMatchObject({ success: true, data: { version: 1, by: guest.id } });
    await http(owner, 'PUT', `/rooms/${id}`, { name: 'As it was' });
    expect((await play(1)).code).toBe('rooms.playback_not_controller');
  });
});
