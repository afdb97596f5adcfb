import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Playback } from '@watchparty/protocol';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let owner: TestUser;
let viewer: TestUser;

beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  owner = await make.user();
  viewer = await make.user();
});
afterAll(() => server.close());

const command = (user: TestUser, roomId: number, body: object) =>
  server.ask('POST', `/api/rooms/${roomId}/playback`, { token: user.token, body });
const playback = async (roomId: number): Promise<Playback> => (await server.ask('GET', `/api/rooms/${roomId}/playback`)).body.data;

test('[PB1] A room has a timeline from the start, also without a movie', async () => {
  const before = Date.now();
  const { id } = await make.room(owner);
  const first = await playback(id);
  expect(first).toEqual({ roomId: id, version: 0, movieId: null, position: 0, rate: 1, playing: false, at: expect.any(Number), waiting: null, by: null });
  expect(first.at).toBeGreaterThanOrEqual(before);
  expect(first.at).toBeLessThanOrEqual(Date.now());
});

test('[PB2] Of concurrent commands on one version exactly one wins', async () => {
  const { id } = await make.room(owner);
  for (let version = 0; version < 5; version += 1) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, position) => command(owner, id, { version, action: 'seek', position })),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(new Set(refused.map(({ body }) => body.code))).toEqual(new Set(['rooms.playback_version_conflict']));
    expect(await playback(id)).toEqual(won[0]!.body.data);
    expect(won[0]!.body.data.version).toBe(version + 1);
  }
});

test('[PB2] Only hosts and co-hosts in the room command', async () => {
  const { id } = await make.room(owner);
  const play = { version: 0, action: 'play' };
  expect((await command(viewer, id, play)).body.code).toBe('rooms.not_participant');
  await server.ask('POST', `/api/rooms/${id}/join`, { token: viewer.token });
  expect((await command(viewer, id, play)).body.code).toBe('rooms.playback_not_controller');
  await server.ask('PATCH', `/api/rooms/${id}/participants/${viewer.id}`, { token: owner.token, body: { role: 'co-host' } });
  expect((await command(viewer, id, play)).status).toBe(200);
});

test('[PB3] [PB4] Commands take effect when they should and stay within the film', async () => {
  const movie = await make.movie(owner, { url: 'https://films.example/a.mp4', durationSeconds: 100 });
  const { id } = await make.room(owner, { movieId: movie.id });
  const before = Date.now();
  const started: Playback = (await command(owner, id, { version: 0, action: 'play' })).body.data;
  expect(started).toMatchObject({ playing: true, position: 0, movieId: movie.id });
  expect(started.at).toBeGreaterThanOrEqual(before + 400);
  expect(started.at).toBeLessThanOrEqual(Date.now() + 400);
  expect((await command(owner, id, { version: 1, action: 'seek', position: 5000 })).body.data.position).toBe(100);
});

test('[PB5] Loading stops at the beginning, and a movie that is removed is unloaded wherever it plays', async () => {
  const movie = await make.movie(owner);
  const rooms = await Promise.all([1, 2].map(() => make.room(owner)));
  for (const { id } of rooms) {
    const loaded = await command(owner, id, { version: 0, action: 'load', movieId: movie.id });
    expect(loaded.body.data).toMatchObject({ version: 1, movieId: movie.id, playing: false, position: 0 });
    await command(owner, id, { version: 1, action: 'play' });
  }
  const removed = server.ask('DELETE', `/api/movies/${movie.id}`, { token: owner.token });
  const meanwhile = command(owner, rooms[0]!.id, { version: 2, action: 'rate', rate: 2 });
  expect((await removed).status).toBe(200);
  const { status } = await meanwhile;
  expect([200, 409]).toContain(status);
  for (const [index, { id }] of rooms.entries()) {
    const version = 3 + (index === 0 && status === 200 ? 1 : 0);
    const now = await playback(id);
    expect(now).toMatchObject({ movieId: null, playing: false, position: 0 });
    // One by the removal; the command came before it, or not at all, or after it.
    if (now.rate === 1) expect(now.version).toBe(version);
    expect((await server.ask('GET', `/api/rooms/${id}`)).body.data.movieId).toBeNull();
  }
  expect((await command(owner, rooms[1]!.id, { version: 3, action: 'load', movieId: movie.id })).body.code).toBe('rooms.movie_not_found');
});

test('[PB5] Changing the room’s movie loads it; naming the same one again does not', async () => {
  const movie = await make.movie(owner);
  const { id } = await make.room(owner);
  const patch = (body: object) => server.ask('PATCH', `/api/rooms/${id}`, { token: owner.token, body });
  await patch({ movieId: movie.id });
  expect(await playback(id)).toMatchObject({ version: 1, movieId: movie.id });
  await command(owner, id, { version: 1, action: 'play' });
  await patch({ movieId: movie.id, name: 'Same film' });
  expect(await playback(id)).toMatchObject({ version: 2, playing: true });
});

test('[PB6] A command that lacks what it needs changes nothing', async () => {
  const { id } = await make.room(owner);
  const before = await playback(id);
  for (const action of ['seek', 'rate', 'load']) {
    expect((await command(owner, id, { version: 0, action })).body.code).toBe('rooms.playback_incomplete');
  }
  for (const bad of [{ position: -1 }, { rate: 0 }, { rate: 100 }, { position: 'x' }]) {
    expect((await command(owner, id, { version: 0, action: 'seek', ...bad })).body.code).toBe('request.invalid');
  }
  expect(await playback(id)).toEqual(before);
});
