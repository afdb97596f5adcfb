import type { Movie, Playlist, PlaylistItem } from '@watchparty/protocol';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { openViewer, type Viewer } from '../../../test/viewer.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let admin: TestUser;
let owner: TestUser;
let coHost: TestUser;
let ann: TestUser;
let bob: TestUser;
let movies: Movie[];
let viewers: Viewer[] = [];

beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  admin = await make.user();
  [owner, coHost, ann, bob] = [await make.user(), await make.user(), await make.user(), await make.user()];
  movies = [];
  for (let nth = 0; nth < 5; nth += 1) movies.push(await make.movie(owner, { title: `Film ${nth}`, durationSeconds: 3600 }));
});
afterAll(() => server.close());
afterEach(() => {
  for (const viewer of viewers) viewer.close();
  viewers = [];
});

const ask = (user: TestUser, method: string, roomId: number, path = '', body?: object) =>
  server.ask(method, `/api/rooms/${roomId}/playlist${path}`, { token: user.token, ...(body && { body }) });
const read = async (roomId: number): Promise<Playlist> => (await ask(owner, 'GET', roomId)).body.data;
const titles = ({ items }: Playlist): string[] => items.map(({ title }) => title);
async function add(user: TestUser, roomId: number, movie: Movie): Promise<PlaylistItem> {
  const { status, body } = await ask(user, 'POST', roomId, '', { movieId: movie.id });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.data;
}
const code = async (answer: Promise<{ body: { code?: string } }>): Promise<string | undefined> => (await answer).body.code;

async function peopledRoom(): Promise<number> {
  const { id } = await make.room(owner);
  for (const { token } of [coHost, ann, bob]) await server.ask('POST', `/api/rooms/${id}/join`, { token });
  await server.ask('PATCH', `/api/rooms/${id}/participants/${coHost.id}`, { token: owner.token, body: { role: 'co-host' } });
  return id;
}
async function entered(roomId: number, user: TestUser): Promise<Viewer> {
  const viewer = await openViewer(server, user);
  viewers.push(viewer);
  await viewer.enter(roomId);
  return viewer;
}

test('[PL1] [PL4] Films are added at the end; each change is another version', async () => {
  const roomId = await peopledRoom();
  expect(await read(roomId)).toEqual({ roomId, version: 0, playlistOrder: 'manual', playlistAdds: 'everyone', items: [] });
  const item = await add(ann, roomId, movies[0]!);
  expect(item).toEqual({
    id: expect.any(String), movieId: movies[0]!.id, title: 'Film 0', durationSeconds: 3600, posterUrl: null,
    addedBy: { userId: ann.id, username: ann.username }, votes: 0, voterIds: [], createdAt: expect.any(String),
  });
  await add(owner, roomId, movies[1]!);
  const both = await read(roomId);
  expect([both.version, titles(both)]).toEqual([2, ['Film 0', 'Film 1']]);
  expect(both.items[0]).toEqual(item);
  await Promise.all(Array.from({ length: 20 }, (_, nth) => add(nth % 2 === 0 ? owner : coHost, roomId, movies[nth % 5]!)));
  const all = await read(roomId);
  expect([all.version, all.items.length, new Set(all.items.map(({ id }) => id)).size]).toEqual([22, 22, 22]);
});

test('[PL2] Who reads, adds, takes off, moves and sets', async () => {
  const roomId = await peopledRoom();
  const stranger = await make.user();
  const hidden = await make.movie(owner, { visibility: 'rooms' });
  for (const user of [owner, coHost, ann, admin]) expect((await ask(user, 'GET', roomId)).status).toBe(200);
  expect(await code(ask(stranger, 'GET', roomId))).toBe('rooms.not_participant');
  expect(await code(ask(stranger, 'POST', roomId, '', { movieId: movies[0]!.id }))).toBe('rooms.not_participant');
  expect(await code(ask(admin, 'POST', roomId, '', { movieId: movies[0]!.id }))).toBe('rooms.not_participant');
  for (const movieId of [hidden.id, 2_000_000_000]) expect(await code(ask(ann, 'POST', roomId, '', { movieId }))).toBe('rooms.movie_not_found');
  const [first, second, third] = [await add(ann, roomId, movies[0]!), await add(bob, roomId, movies[1]!), await add(ann, roomId, movies[2]!)];
  expect(await code(ask(ann, 'DELETE', roomId, `/${second.id}`))).toBe('playlist.not_host');
  expect(await code(ask(ann, 'PATCH', roomId, `/${first.id}`, { beforeId: null }))).toBe('playlist.not_host');
  expect(await code(ask(ann, 'PATCH', roomId, '', { playlistOrder: 'votes' }))).toBe('playlist.not_host');
  expect(titles((await ask(ann, 'DELETE', roomId, `/${first.id}`)).body.data)).toEqual(['Film 1', 'Film 2']);
  expect((await ask(coHost, 'DELETE', roomId, `/${third.id}`)).status).toBe(200);
  expect((await ask(coHost, 'DELETE', roomId, `/${third.id}`)).body.data.version).toBe(5);
  expect((await ask(coHost, 'PATCH', roomId, '', { playlistAdds: 'hosts' })).body.data).toMatchObject({ playlistAdds: 'hosts', playlistOrder: 'manual' });
  expect(await code(ask(ann, 'POST', roomId, '', { movieId: movies[0]!.id }))).toBe('playlist.not_host');
  await add(coHost, roomId, movies[0]!);
});

test('[PL1] [PL2] There is an end to it, and for each person an earlier one', { timeout: 60_000 }, async () => {
  const roomId = await peopledRoom();
  for (let nth = 0; nth < 19; nth += 1) await add(ann, roomId, movies[0]!);
  const last = await Promise.all([1, 2, 3].map(() => code(ask(ann, 'POST', roomId, '', { movieId: movies[0]!.id }))));
  expect(last.filter((one) => one === 'playlist.share_exhausted')).toHaveLength(2);
  for (let nth = 0; nth < 17; nth += 1) await Promise.all(Array.from({ length: 10 }, () => add(owner, roomId, movies[0]!)));
  const full = await Promise.all(Array.from({ length: 15 }, () => code(ask(owner, 'POST', roomId, '', { movieId: movies[0]!.id }))));
  expect(full.filter((one) => one === undefined)).toHaveLength(10);
  expect(full.filter((one) => one === 'playlist.full')).toHaveLength(5);
  expect((await read(roomId)).items).toHaveLength(200);
});

test('[PL3] Films are moved, many at once too, and against a version that has passed not', async () => {
  const roomId = await peopledRoom();
  const items: PlaylistItem[] = [];
  for (const movie of movies) items.push(await add(owner, roomId, movie));
  const at = (nth: number): string => items[nth]!.id;
  const move = (nth: number, beforeId: string | null, version?: number) =>
    ask(coHost, 'PATCH', roomId, `/${at(nth)}`, { beforeId, ...(version !== undefined && { version }) });
  expect(titles((await move(4, at(0))).body.data)).toEqual(['Film 4', 'Film 0', 'Film 1', 'Film 2', 'Film 3']);
  expect(titles((await move(0, null)).body.data)).toEqual(['Film 4', 'Film 1', 'Film 2', 'Film 3', 'Film 0']);
  expect((await move(0, null)).body.data.version).toBe(7);
  expect(await code(move(1, null, 6))).toBe('playlist.version_conflict');
  expect((await move(1, null, 7)).body.data.version).toBe(8);
  expect(await code(move(1, randomUUID()))).toBe('playlist.item_not_found');
  await Promise.all(Array.from({ length: 20 }, (_, nth) => move(nth % 5, nth % 3 === 0 ? null : at((nth + 2) % 5))));
  expect(titles(await read(roomId)).toSorted()).toEqual(['Film 0', 'Film 1', 'Film 2', 'Film 3', 'Film 4']);
  const rows = await server.db.database.kysely.selectFrom('playlist_items').select('position').where('room_id', '=', roomId).orderBy('position').execute();
  expect(rows.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4]);
});

test('[PL6] [PL1] A person votes once for a film; by the setting most votes come first', async () => {
  const roomId = await peopledRoom();
  const items = [await add(owner, roomId, movies[0]!), await add(owner, roomId, movies[1]!), await add(owner, roomId, movies[2]!)];
  const vote = (user: TestUser, nth: number, method = 'PUT') => ask(user, method, roomId, `/${items[nth]!.id}/vote`);
  await Promise.all([ann, bob, ann, ann].map((user) => vote(user, 2)));
  await vote(coHost, 1);
  expect(titles(await read(roomId))).toEqual(['Film 0', 'Film 1', 'Film 2']);
  expect((await ask(owner, 'PATCH', roomId, '', { playlistOrder: 'votes' })).body.data.playlistOrder).toBe('votes');
  const sorted = await read(roomId);
  expect(sorted.items.map(({ title, votes }) => [title, votes])).toEqual([['Film 2', 2], ['Film 1', 1], ['Film 0', 0]]);
  expect(sorted.items[0]!.voterIds.toSorted((a, b) => a - b)).toEqual([ann.id, bob.id]);
  const { version } = sorted;
  expect((await vote(ann, 2)).body.data.version).toBe(version);
  expect((await vote(owner, 2, 'DELETE')).body.data.version).toBe(version);
  for (const user of [ann, bob]) await vote(user, 2, 'DELETE');
  expect(titles(await read(roomId))).toEqual(['Film 1', 'Film 0', 'Film 2']);
  expect(await code(ask(ann, 'PUT', roomId, `/${randomUUID()}/vote`))).toBe('playlist.item_not_found');
});

test('[PL8] A movie that is removed leaves all playlists', async () => {
  const [one, other] = [await peopledRoom(), await peopledRoom()];
  const gone = await make.movie(owner, { title: 'Gone' });
  const viewer = await entered(one, ann);
  for (const roomId of [one, other]) for (const movie of [gone, movies[0]!, gone]) await add(owner, roomId, movie);
  await server.ask('DELETE', `/api/movies/${gone.id}`, { token: owner.token });
  for (const roomId of [one, other]) expect([titles(await read(roomId)), (await read(roomId)).version]).toEqual([['Film 0'], 4]);
  await viewer.hears('playlist:changed', (playlist: Playlist) => playlist.version === 4 && playlist.items.length === 1);
});

test('[PL4] What is told is what a fresh look gives, for each change, live or by HTTP', { timeout: 60_000 }, async () => {
  const roomId = await peopledRoom();
  const people = [await entered(roomId, owner), await entered(roomId, coHost), await entered(roomId, ann)] as const;
  let seed = 11;
  const pick = <T>(from: readonly T[]): T => from[(seed = (seed * 48_271) % 2_147_483_647) % from.length]!;
  const known = new Set<string>();
  const act = async (viewer: Viewer): Promise<void> => {
    const itemId = known.size === 0 ? randomUUID() : pick([...known]);
    switch (pick(['add', 'add', 'move', 'vote', 'vote', 'remove', 'sort'])) {
      case 'add': {
        const { data } = await viewer.send('playlist:add', { roomId, movieId: pick(movies).id });
        if (data !== undefined) known.add(data.id);
        return;
      }
      case 'move': return void (await viewer.send('playlist:move', { roomId, itemId, beforeId: pick([null, pick([...known, randomUUID()])]) }));
      case 'vote': return void (await viewer.send('playlist:vote', { roomId, itemId }));
      case 'remove': return void (await viewer.send('playlist:remove', { roomId, itemId }));
      default: return void (await ask(owner, 'PATCH', roomId, '', { playlistOrder: pick(['manual', 'votes']) }));
    }
  };
  for (let round = 0; round < 25; round += 1) await Promise.all(people.map(act));
  const truth = await read(roomId);
  const latest = (viewer: Viewer): Playlist | undefined => viewer.told.filter(({ event }) => event === 'playlist:changed')
    .map(({ payload }) => payload as Playlist).toSorted((a, b) => a.version - b.version).at(-1);
  for (const viewer of people) {
    await expect.poll(() => latest(viewer)).toEqual(truth);
    const versions = viewer.told.filter(({ event }) => event === 'playlist:changed').map(({ payload }) => payload.version as number);
    expect(new Set(versions)).toEqual(new Set(Array.from({ length: truth.version }, (_, nth) => nth + 1)));
  }
});
