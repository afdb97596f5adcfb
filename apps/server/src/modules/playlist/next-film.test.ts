import type { Movie, Playback, PlaybackTally, Playlist } from '@watchparty/protocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { openViewer, type Viewer } from '../../../test/viewer.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let owner: TestUser;
let people: TestUser[];
let viewers: Viewer[] = [];

beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  owner = await make.user();
  people = await Promise.all(Array.from({ length: 4 }, () => make.user()));
});
afterAll(() => server.close());
afterEach(() => {
  for (const viewer of viewers) viewer.close();
  viewers = [];
});

const film = (durationSeconds: number | null): Promise<Movie> => make.movie(owner, { title: `${durationSeconds} s`, durationSeconds });
const ask = (user: TestUser, method: string, path: string, body?: object) =>
  server.ask(method, `/api/rooms/${path}`, { token: user.token, ...(body && { body }) });
const playback = async (roomId: number): Promise<Playback> => (await ask(owner, 'GET', `${roomId}/playback`)).body.data;
const playlist = async (roomId: number): Promise<Playlist> => (await ask(owner, 'GET', `${roomId}/playlist`)).body.data;
const add = async (roomId: number, ...movies: Movie[]): Promise<void> => {
  for (const { id } of movies) expect((await ask(owner, 'POST', `${roomId}/playlist`, { movieId: id })).status).toBe(201);
};
async function entered(roomId: number, user: TestUser): Promise<Viewer> {
  const viewer = await openViewer(server, user);
  viewers.push(viewer);
  await viewer.enter(roomId);
  return viewer;
}

const roomWith = async (movie: Movie): Promise<number> => (await make.room(owner, { movieId: movie.id })).id;
/** Sets the room's film in motion, at so many seconds before its end where that is known. */
async function start(roomId: number, { durationSeconds }: Movie, secondsLeft = 0): Promise<void> {
  const position = durationSeconds === null ? 0 : durationSeconds - secondsLeft;
  const { body } = await ask(owner, 'POST', `${roomId}/playback`, { version: 0, action: 'play', position });
  expect(body.success, JSON.stringify(body)).toBe(true);
}
async function roomPlaying(movie: Movie, secondsLeft = 0): Promise<number> {
  const roomId = await roomWith(movie);
  await start(roomId, movie, secondsLeft);
  return roomId;
}
const skip = async (viewer: Viewer, roomId: number, event = 'playlist:skip'): Promise<PlaybackTally> => {
  const answer = await viewer.send(event, { roomId, version: (await playback(roomId)).version });
  expect(answer).toMatchObject({ success: true });
  return answer.data;
};

test('[PL5] At the end of a film the next one plays, once, and then the one after it', async () => {
  const [first, second, last] = [await film(100), await film(1), await film(200)];
  const roomId = await roomWith(first);
  await add(roomId, second, last);
  const [one, other] = [await entered(roomId, owner), await entered(roomId, people[0]!)];
  await start(roomId, first, 0.5);
  const state = await one.hears('playback:state', ({ movieId }) => movieId === second.id);
  expect(state).toMatchObject({ roomId, version: 2, position: 0, playing: true, by: null });
  await other.hears('playback:state', ({ movieId }) => movieId === last.id);
  expect(await playback(roomId)).toMatchObject({ version: 3, movieId: last.id, playing: true });
  expect(await playlist(roomId)).toMatchObject({ version: 4, items: [] });
});

test('[PL5] With most votes first, what has them comes next', async () => {
  const [first, second, wanted] = [await film(100), await film(100), await film(100)];
  const roomId = await roomWith(first);
  await add(roomId, second, wanted);
  await ask(owner, 'PATCH', `${roomId}/playlist`, { playlistOrder: 'votes' });
  const { id } = (await playlist(roomId)).items[1]!;
  await ask(owner, 'PUT', `${roomId}/playlist/${id}/vote`);
  const viewer = await entered(roomId, owner);
  await start(roomId, first, 0.2);
  expect(await viewer.hears('playback:state', ({ movieId }) => movieId !== first.id)).toMatchObject({ movieId: wanted.id });
});

test('[PL5] Who enters after the end sees the next film begin', async () => {
  const [first, second] = [await film(100), await film(100)];
  const roomId = await roomWith(first);
  await add(roomId, second);
  await start(roomId, first, 0);
  await expect.poll(async () => Date.now() > (await playback(roomId)).at).toBe(true);
  expect(await playback(roomId)).toMatchObject({ version: 1, movieId: first.id });
  const viewer = await entered(roomId, people[0]!);
  await viewer.sees(({ playback: { movieId } }) => movieId === second.id);
});

test('[PL5] What was paused has not ended', async () => {
  const [first, second] = [await film(100), await film(100)];
  const roomId = await roomWith(first);
  await add(roomId, second);
  const viewer = await entered(roomId, owner);
  await start(roomId, first, 90);
  const { data } = await viewer.send('playback:command', { roomId, version: 1, action: 'pause' });
  expect(data).toMatchObject({ version: 2, playing: false });
  for (const version of [0, 1, 2, 3]) expect(await server.app.playlists.goOnAtEnd(server.app.write, roomId, version)).toBeUndefined();
  expect(await playback(roomId)).toMatchObject({ version: 2, movieId: first.id });
});

test('[PL5] A length that is corrected or told while the film plays is the one that counts', async () => {
  const [first, second, third] = [await film(1000), await film(null), await film(100)];
  const roomId = await roomWith(first);
  await add(roomId, second, third);
  const viewer = await entered(roomId, owner);
  const lasts = (movie: Movie, durationSeconds: number) =>
    server.ask('PATCH', `/api/movies/${movie.id}`, { token: owner.token, body: { durationSeconds } });
  const askWhetherItEnded = async () => server.app.playlists.goOnAtEnd(server.app.write, roomId, (await playback(roomId)).version);
  await start(roomId, first, 1000);
  const { at } = await playback(roomId);
  expect(await askWhetherItEnded()).toBe(at + 1_000_000);
  await lasts(first, 500);
  expect(await askWhetherItEnded()).toBe(at + 500_000);
  await lasts(first, 0.1);
  await expect.poll(() => Date.now()).toBeGreaterThan(at + 100);
  expect(await askWhetherItEnded()).toBeUndefined();
  // Of the second film nothing was known when it began; a player comes to the end that is known by now.
  const next = await playback(roomId);
  expect(next.movieId).toBe(second.id);
  await lasts(second, 0.1);
  await expect.poll(() => Date.now()).toBeGreaterThan(next.at + 100);
  expect(await skip(viewer, roomId, 'playback:ended')).toMatchObject({ done: true });
  expect(await playback(roomId)).toMatchObject({ version: 3, movieId: third.id });
});

test('[PL5] After the end of the last film the next one added plays at once', async () => {
  const [first, second] = [await film(100), await film(100)];
  const roomId = await roomPlaying(first, 0.1);
  await expect.poll(async () => Date.now() > (await playback(roomId)).at + 100).toBe(true);
  await add(roomId, second);
  expect(await playback(roomId)).toMatchObject({ version: 2, movieId: second.id, playing: true });
  expect((await playlist(roomId)).items).toEqual([]);
});

test('[PL5] Tried by many at once, the next film comes once', async () => {
  const roomId = await roomPlaying(await film(100), 0);
  const next = [await film(100), await film(100), await film(100)];
  await expect.poll(async () => Date.now() > (await playback(roomId)).at).toBe(true);
  // Put there without the room's knowledge, so that nothing has begun yet.
  await server.db.database.kysely.insertInto('playlist_items').values(next.map(({ id }, position) => (
    { id: crypto.randomUUID(), room_id: roomId, movie_id: id, added_by: owner.id, position, created_at: new Date() }))).execute();
  await Promise.all(Array.from({ length: 20 }, () => server.app.playlists.goOnAtEnd(server.app.write, roomId, 1)));
  expect(await playback(roomId)).toMatchObject({ version: 2, movieId: next[0]!.id });
  expect((await playlist(roomId)).items).toHaveLength(2);
});

test('[PL7] More than half of those who watch skip a film; the away and the free do not count', async () => {
  const [first, second] = [await film(100), await film(100)];
  const roomId = await roomPlaying(first, 50);
  await add(roomId, second);
  const away = await make.user();
  for (const { token } of [...people, away]) await server.ask('POST', `/api/rooms/${roomId}/join`, { token });
  const [host, a, b, c, free] = [
    await entered(roomId, owner), await entered(roomId, people[0]!), await entered(roomId, people[1]!),
    await entered(roomId, people[2]!), await entered(roomId, people[3]!),
  ];
  await free.report(roomId, { free: true });
  expect(await skip(a, roomId)).toEqual({ roomId, kind: 'skip', version: 1, userIds: [people[0]!.id], needed: 3, done: false });
  expect(await skip(a, roomId)).toMatchObject({ userIds: [people[0]!.id], done: false });
  expect(await skip(free, roomId)).toMatchObject({ userIds: [people[0]!.id], needed: 3, done: false });
  expect(await skip(b, roomId)).toMatchObject({ userIds: [people[0]!.id, people[1]!.id], done: false });
  expect(await host.hears('playlist:skipping', ({ userIds }) => userIds.length === 2)).toMatchObject({ kind: 'skip', needed: 3, done: false });
  // A pause is not another film.
  await host.send('playback:command', { roomId, version: 1, action: 'pause' });
  expect(await skip(c, roomId)).toMatchObject({ needed: 3, done: true });
  expect(await playback(roomId)).toMatchObject({ version: 3, movieId: second.id, playing: true });
  expect((await a.send('playlist:skip', { roomId, version: 1 })).code).toBe('rooms.playback_version_conflict');
  expect(await skip(a, roomId)).toMatchObject({ userIds: [people[0]!.id], done: false });
  // A host’s wish is enough, and with an empty playlist nothing comes.
  expect(await skip(host, roomId)).toMatchObject({ done: true });
  expect(await playback(roomId)).toMatchObject({ version: 4, movieId: null, playing: false });
  expect((await a.send('playlist:skip', { roomId, version: 4 })).code).toBe('playlist.nothing_plays');
});

test('[PL7] When others leave, those who are left have decided', async () => {
  const [first, second] = [await film(100), await film(100)];
  const roomId = await roomPlaying(first, 50);
  await add(roomId, second);
  const [a, b, c] = [await entered(roomId, people[0]!), await entered(roomId, people[1]!), await entered(roomId, people[2]!)];
  expect(await skip(a, roomId)).toMatchObject({ needed: 2, done: false });
  b.close();
  c.close();
  expect(await a.hears('playback:state', ({ movieId }) => movieId === second.id)).toMatchObject({ version: 2, playing: true });
  expect(await a.hears('playlist:skipping', ({ done }) => done)).toMatchObject({ userIds: [people[0]!.id], needed: 1 });
});

test('[PL7] Of a film of unknown length the players tell that it is over', async () => {
  const [unknown, second, third] = [await film(null), await film(null), await film(100)];
  const roomId = await roomPlaying(unknown);
  await add(roomId, second, third);
  const [host, a, b, c] = [
    await entered(roomId, owner), await entered(roomId, people[0]!), await entered(roomId, people[1]!), await entered(roomId, people[2]!),
  ];
  for (const viewer of [a, b]) expect(await skip(viewer, roomId, 'playback:ended')).toMatchObject({ kind: 'ended', needed: 3, done: false });
  // About another version of the timeline it is to be said anew.
  await host.send('playback:command', { roomId, version: 1, action: 'seek', position: 10 });
  expect(await skip(c, roomId, 'playback:ended')).toMatchObject({ userIds: [people[2]!.id], done: false });
  for (const viewer of [a, b]) await skip(viewer, roomId, 'playback:ended');
  expect(await playback(roomId)).toMatchObject({ version: 3, movieId: second.id });
  expect(await skip(host, roomId, 'playback:ended')).toMatchObject({ done: true });
  expect(await playback(roomId)).toMatchObject({ version: 4, movieId: third.id });
  // The server knows the length of this one.
  expect(await skip(host, roomId, 'playback:ended')).toMatchObject({ userIds: [], done: false });
  expect(await playback(roomId)).toMatchObject({ version: 4, movieId: third.id });
});
