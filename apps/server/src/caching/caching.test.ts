import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import { type Answer, startTestApp, type TestApp } from '../../test/app.ts';
import { factoriesFor, type TestUser } from '../../test/factories.ts';
import { filmBytes } from '../../test/fixtures/films.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** The same promises with Redis and without. */
describe.each([['Redis', true], ['one process', false]])('The cache of the API in %s', (_name, withRedis) => {
  let server: TestApp;
  let make: ReturnType<typeof factoriesFor>;
  let ann: TestUser;
  let boris: TestUser;
  const warnings: string[] = [];
  beforeAll(async () => {
    const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
    server = await startTestApp(withRedis ? { REDIS_URL: redis.url, REDIS_TIMEOUT_MS: '5000' } : {}, { log });
    make = factoriesFor(server);
    [ann, boris] = [await make.user(), await make.user()];
    await vi.waitUntil(async () => (await get('/api/rooms')).headers.get('x-cache') === 'HIT', { timeout: 10_000 });
  });
  afterAll(() => server.close());
  const get = (path: string, token?: string, headers: Record<string, string> = {}): Promise<Answer> =>
    server.ask('GET', path, { token, headers });

  /** Reads until it is a hit, then says whether the next read after `change` was one. */
  async function expectFreshened(reads: { path: string; token?: string }[], untouched: { path: string; token?: string }[], change: () => Promise<unknown>): Promise<void> {
    const all = [...reads, ...untouched];
    for (const { path, token } of all) {
      await get(path, token);
      expect([path, (await get(path, token)).headers.get('x-cache')]).toEqual([path, 'HIT']);
    }
    await change();
    for (const { path, token } of reads) expect([path, (await get(path, token)).headers.get('x-cache')]).toEqual([path, 'MISS']);
    for (const { path, token } of untouched) expect([path, (await get(path, token)).headers.get('x-cache')]).toEqual([path, 'HIT']);
  }

  test('A body from the cache says so and names its key; a fresh one carries neither', async () => {
    const room = await make.room(ann);
    const movie = await make.movie(ann);
    const keys: [string, string, string | undefined][] = [
      ['/api/rooms?limit=7', 'cache:rooms:page:1:limit:7', undefined],
      [`/api/rooms/${room.id}`, `cache:room:${room.id}`, undefined],
      ['/api/movies?page=1&limit=9', 'cache:movies:page:1:limit:9', undefined],
      [`/api/movies/${movie.id}`, `cache:movie:${movie.id}`, undefined],
      [`/api/chat/${room.id}/messages?limit=5`, `cache:chat:${room.id}:messages:latest:5`, ann.token],
      ['/api/auth/profile', `cache:user:${ann.id}:profile`, ann.token],
    ];
    for (const [path, key, token] of keys) {
      const fresh = await get(path, token);
      expect([path, Object.keys(fresh.body), fresh.headers.get('x-cache')]).toEqual([path, ['success', 'data'], 'MISS']);
      const cached = await get(path, token);
      expect(cached.body).toEqual({ ...fresh.body, _cached: true, _cacheKey: key });
      expect(cached.headers.get('x-cache')).toBe('HIT');
      expect(cached.headers.get('etag')).toBe(fresh.headers.get('etag'));
    }
  });

  test('A weak ETag over the data; 304 for whoever has it; another one when the data changes', async () => {
    const room = await make.room(ann);
    const first = await get(`/api/rooms/${room.id}`);
    const etag = first.headers.get('etag')!;
    expect(etag).toMatch(/^W\/"[\w-]+"$/);
    for (const given of [etag, `"other", ${etag}`, '*']) {
      const unchanged = await get(`/api/rooms/${room.id}`, undefined, { 'if-none-match': given });
      expect([unchanged.status, unchanged.body, unchanged.headers.get('etag')]).toEqual([304, '', etag]);
    }
    await server.ask('PATCH', `/api/rooms/${room.id}`, { token: ann.token, body: { name: 'Another name' } });
    const changed = await get(`/api/rooms/${room.id}`, undefined, { 'if-none-match': etag });
    expect([changed.status, changed.body.data.name]).toEqual([200, 'Another name']);
  });

  test('Room create, update, delete, join and leave freshen the room and the lists, and nothing else', async () => {
    const [room, other] = [await make.room(ann), await make.room(ann)];
    const lists = [{ path: '/api/rooms' }, { path: '/api/rooms?limit=3' }];
    const one = { path: `/api/rooms/${room.id}` };
    const rest = [{ path: `/api/rooms/${other.id}` }, { path: '/api/movies' }, { path: '/api/auth/profile', token: ann.token }];
    await expectFreshened(lists, [one, ...rest], () => make.room(boris));
    const patch = () => server.ask('PATCH', one.path, { token: ann.token, body: { description: 'New' } });
    await expectFreshened([...lists, one], rest, patch);
    await expectFreshened([...lists, one], rest, () => server.ask('POST', `${one.path}/join`, { token: boris.token }));
    expect((await get(one.path)).body.data.participantCount).toBe(2);
    await expectFreshened([...lists, one], rest, () => server.ask('POST', `${one.path}/leave`, { token: boris.token }));
    expect((await get(one.path)).body.data.participantCount).toBe(1);
    await expectFreshened(lists, rest, () => server.ask('DELETE', one.path, { token: ann.token }));
    expect((await get(one.path)).status).toBe(404);
  });

  test('Movie create, update, upload and delete freshen the movie and the lists, and rooms that played it', async () => {
    const movie = await make.movie(ann);
    const room = await make.room(ann, { movieId: movie.id });
    const one = { path: `/api/movies/${movie.id}` };
    const list = { path: '/api/movies' };
    const rooms = [{ path: '/api/rooms' }, { path: `/api/rooms/${room.id}` }];
    await expectFreshened([list], [one, ...rooms], () => make.movie(boris));
    await expectFreshened([list, one], rooms, () => server.ask('PATCH', one.path, { token: ann.token, body: { year: 1999 } }));
    await expectFreshened([list, one], rooms, () => server.ask('PUT', `${one.path}/file`, { token: ann.token, body: filmBytes('h264-aac.mp4') }));
    expect((await get(one.path)).body.data.hasFile).toBe(true);
    await expectFreshened([list, ...rooms], [], () => server.ask('DELETE', one.path, { token: ann.token }));
    expect((await get(`/api/rooms/${room.id}`)).body.data.movieId).toBeNull();
  });

  test('Chat send, edit and delete freshen that room’s chat; a new name freshens what shows names', async () => {
    const [room, other] = [await make.room(ann), await make.room(ann)];
    const chat = { path: `/api/chat/${room.id}/messages`, token: ann.token };
    const quiet = { path: `/api/chat/${other.id}/messages`, token: ann.token };
    const message = await make.message(ann, room.id);
    await expectFreshened([chat], [quiet, { path: '/api/rooms' }], () => make.message(ann, room.id));
    const path = `${chat.path}/${message.id}`;
    await expectFreshened([chat], [quiet], () => server.ask('PATCH', path, { token: ann.token, body: { content: 'Better' } }));
    await expectFreshened([chat], [quiet], () => server.ask('DELETE', path, { token: ann.token }));
    expect((await get(chat.path, ann.token)).body.data.items[0]).toMatchObject({ content: '', deletedAt: expect.any(String) });
    const profile = { path: '/api/auth/profile', token: ann.token };
    const others = { path: '/api/auth/profile', token: boris.token };
    await expectFreshened([profile], [others, chat], () => server.ask('PATCH', profile.path, { token: ann.token, body: { bio: 'Films' } }));
    const renamed = `renamed-${withRedis}`;
    await expectFreshened([profile, chat], [others], () =>
      server.ask('PATCH', profile.path, { token: ann.token, body: { username: renamed } }));
    expect((await get(chat.path, ann.token)).body.data.items[0].username).toBe(renamed);
  });

  test('What is in the cache is served to nobody who may not see it', async () => {
    const room = await make.room(ann, { isPrivate: true, name: 'Ours' });
    const movie = await make.movie(ann, { visibility: 'rooms' });
    const paths = [`/api/rooms/${room.id}`, `/api/movies/${movie.id}`, `/api/chat/${room.id}/messages`];
    for (const path of paths) {
      await get(path, ann.token);
      expect((await get(path, ann.token)).headers.get('x-cache')).toBe('HIT');
      expect([path, (await get(path, boris.token)).status]).toEqual([path, 404]);
    }
    expect((await get(paths[0]!)).status).toBe(404);
    await server.ask('PATCH', paths[0]!, { token: ann.token, body: { isPrivate: false } });
    expect((await get(paths[0]!)).status).toBe(200);
  });

  test('A write that was refused freshens nothing', async () => {
    const room = await make.room(ann);
    await expectFreshened([], [{ path: `/api/rooms/${room.id}` }, { path: '/api/rooms' }], async () => {
      expect((await server.ask('PATCH', `/api/rooms/${room.id}`, { token: boris.token, body: { name: 'Mine' } })).status).toBe(403);
      expect((await server.ask('DELETE', `/api/rooms/${room.id}`, { token: boris.token })).status).toBe(403);
    });
  });

  test('All that was served above gave nothing to warn of: no answer sent twice, no stale hit found by the inspector', () => {
    expect(warnings.filter((line) => !/Redis (dis)?connected|store is (restored|lost)/.test(line))).toEqual([]);
  });
});

describe('Two nodes and one Redis', () => {
  test('What is written through one node is seen at once through the other, and when Redis is away everything still answers', async () => {
    const own = await startRedis();
    const env = { REDIS_URL: own.url, REDIS_TIMEOUT_MS: '1000', JWT_SECRET: 'one secret for both of the nodes, and long enough' };
    const a = await startTestApp(env);
    const b = await startTestApp(env, { reach: async () => a.db.connectionString });
    try {
      const make = factoriesFor(a);
      const ann = await make.user();
      const room = await make.room(ann);
      const read = async (node: TestApp) => (await node.ask('GET', `/api/rooms/${room.id}`)).body.data.name;
      for (let turn = 0; turn < 20; turn += 1) {
        const [writer, reader] = turn % 2 ? [a, b] : [b, a];
        await writer.ask('PATCH', `/api/rooms/${room.id}`, { token: ann.token, body: { name: `Name ${turn}` } });
        expect([await read(reader), await read(writer), await read(reader)]).toEqual(Array(3).fill(`Name ${turn}`));
      }
      await own.kill();
      const startedAt = performance.now();
      const written = await a.ask('PATCH', `/api/rooms/${room.id}`, { token: ann.token, body: { name: 'Without Redis' } });
      expect(written.status).toBe(200);
      expect(performance.now() - startedAt).toBeLessThan(2000);
      expect([await read(a), await read(b)]).toEqual(['Without Redis', 'Without Redis']);
      expect((await a.ask('GET', '/api/rooms')).headers.get('x-cache')).toBe('BYPASS');
      await own.restart();
      await expect.poll(async () => (await b.ask('GET', '/api/rooms')).headers.get('x-cache'), { timeout: 10_000 }).toBe('HIT');
      expect([await read(a), await read(b)]).toEqual(['Without Redis', 'Without Redis']);
    } finally {
      await b.close();
      await a.close();
      await own.stop();
    }
  });
});
