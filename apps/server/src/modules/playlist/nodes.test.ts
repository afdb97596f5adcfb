import type { Movie, Playback, Playlist } from '@watchparty/protocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { startTwoNodes, type TwoNodes } from '../../../test/two-nodes.ts';
import { openViewer, type Viewer } from '../../../test/viewer.ts';

let nodes: TwoNodes;
let make: ReturnType<typeof factoriesFor>;
let owner: TestUser;
let people: TestUser[];
let viewers: Viewer[] = [];

beforeAll(async () => {
  nodes = await startTwoNodes();
  make = factoriesFor(nodes.a);
  owner = await make.user();
  people = await Promise.all(Array.from({ length: 3 }, () => make.user()));
}, 60_000);
afterAll(() => nodes.close());
afterEach(() => {
  for (const viewer of viewers) viewer.close();
  viewers = [];
});

const http = (user: TestUser, method: string, path: string, body?: object) =>
  nodes.b.ask(method, `/api/rooms/${path}`, { token: user.token, ...(body && { body }) });
const playback = async (roomId: number): Promise<Playback> => (await http(owner, 'GET', `${roomId}/playback`)).body.data;
const playlist = async (roomId: number): Promise<Playlist> => (await http(owner, 'GET', `${roomId}/playlist`)).body.data;
async function entered(node: { readonly url: string }, roomId: number, user: TestUser): Promise<Viewer> {
  const viewer = await openViewer(node, user);
  viewers.push(viewer);
  await viewer.enter(roomId);
  return viewer;
}
/** A room whose film has begun, with these films to come. */
async function roomPlaying(first: Movie, ...next: Movie[]): Promise<number> {
  const { id } = await make.room(owner, { movieId: first.id });
  for (const movie of next) await http(owner, 'POST', `${id}/playlist`, { movieId: movie.id });
  return id;
}

test('[PL5] A row of short films plays once, though two nodes wait for the end of each', { timeout: 60_000 }, async () => {
  const films: Movie[] = [];
  for (let nth = 0; nth < 5; nth += 1) films.push(await make.movie(owner, { title: `Film ${nth}`, durationSeconds: 0.3 }));
  const [first, ...others] = films as [Movie, ...Movie[]];
  const roomId = await roomPlaying(first, ...others);
  const [here, there] = [await entered(nodes.a, roomId, owner), await entered(nodes.b, roomId, people[0]!)];
  await here.send('playback:command', { roomId, version: 0, action: 'play' });
  for (const viewer of [here, there]) await viewer.hears('playback:state', ({ movieId }) => movieId === films.at(-1)!.id, 40_000);
  expect(await playback(roomId)).toMatchObject({ version: 5, movieId: films.at(-1)!.id });
  expect((await playlist(roomId)).items).toEqual([]);
  for (const viewer of [here, there]) {
    const heard = new Map(viewer.told.filter(({ event }) => event === 'playback:state').map(({ payload }) => [payload.version, payload.movieId]));
    expect([...heard].toSorted(([a], [b]) => a - b)).toEqual(films.map(({ id }, nth) => [nth + 1, id]));
  }
});

test('[PL7] [PL4] Wishes of people on two nodes are counted together, and both see the playlist change', async () => {
  const [first, second] = [await make.movie(owner, { durationSeconds: 3600 }), await make.movie(owner, { durationSeconds: 3600 })];
  const roomId = await roomPlaying(first);
  const [host, a] = [await entered(nodes.a, roomId, owner), await entered(nodes.a, roomId, people[0]!)];
  const [b, c] = [await entered(nodes.b, roomId, people[1]!), await entered(nodes.b, roomId, people[2]!)];
  for (const viewer of [host, a, b, c]) await viewer.sees(({ onlineCount }) => onlineCount === 4);
  await c.send('playlist:add', { roomId, movieId: second.id });
  for (const viewer of [host, b]) await viewer.hears('playlist:changed', ({ version, items }) => version === 1 && items.length === 1);
  const skip = async (viewer: Viewer) => (await viewer.send('playlist:skip', { roomId, version: 0 })).data;
  expect(await skip(a)).toMatchObject({ userIds: [people[0]!.id], needed: 3, done: false });
  expect(await skip(b)).toMatchObject({ userIds: [people[0]!.id, people[1]!.id], needed: 3, done: false });
  expect(await skip(c)).toMatchObject({ needed: 3, done: true });
  for (const viewer of [host, a, b, c]) {
    await viewer.hears('playback:state', ({ movieId }) => movieId === second.id);
    await viewer.hears('playlist:changed', ({ version, items }) => version === 2 && items.length === 0);
  }
});
