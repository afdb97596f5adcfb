import { request as ask } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { startRedis } from '@watchparty/redis-kit/test/redis';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

interface Raw {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** The framework's answers have Node's own `Date`, the lane's a `date`. */
  readonly isFast: boolean;
}

/** What came over the wire, header by header. */
function get(url: string, headers: Record<string, string> = {}): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const sent = ask(url, { headers }, (response) => {
      const { statusCode: status = 0, rawHeaders } = response;
      const pairs = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1]!]] : []));
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () => resolve({ status, headers: Object.fromEntries(pairs) as Record<string, string>, body, isFast: rawHeaders.includes('date') }));
    });
    sent.on('error', reject).end();
  });
}

/** Expectations take the long way, and change nothing else. */
const longWay = (url: string, headers: Record<string, string> = {}) => get(url, { ...headers, expect: 'nothing' });

/** Without what no two answers share. */
function comparable({ status, headers, body }: Raw) {
  const { date, 'x-request-id': requestId, ratelimit, ...same } = headers;
  return { status, headers: { ...same, requestId: requestId?.length, date: date !== undefined, limited: ratelimit !== undefined }, body };
}

async function start(env: Record<string, string> = {}): Promise<{ server: TestApp; owner: TestUser; make: ReturnType<typeof factoriesFor> }> {
  const server = await startTestApp({ RATE_LIMIT_ANONYMOUS_MAX: '100000', ...env });
  onTestFinished(() => server.close());
  const make = factoriesFor(server);
  return { server, owner: await make.user(), make };
}

const hits = async ({ url }: TestApp): Promise<number> => Number(/^cache_hits_total\{policy="rooms.list"[^}]*\} (\d+)$/m.exec((await get(`${url}/metrics`)).body)?.[1] ?? 0);

const WITH_REDIS = [['one process', false], ['Redis', true]] as const;

test.for(WITH_REDIS)('In %s both ways give the same answer to every request', async ([, withRedis]) => {
  const redis = withRedis ? await startRedis() : undefined;
  if (redis !== undefined) onTestFinished(() => redis.stop());
  const { server, owner, make } = await start(redis && { REDIS_URL: redis.url });
  const room = await make.room(owner, { name: 'Café Ω 🎬 "quoted"' });
  await make.movie(owner);
  for (const path of ['/api/rooms', '/api/rooms?page=1&limit=5', `/api/rooms/${room.id}`, '/api/movies']) {
    const url = server.url + path;
    await expect.poll(async () => (await get(url)).headers['x-cache']).toBe('HIT');
    const [fast, long] = [await get(url), await longWay(url)];
    expect(comparable(fast)).toEqual(comparable(long));
    expect([fast.status, fast.isFast, long.isFast]).toEqual([200, true, false]);
    expect(Buffer.byteLength(fast.body)).toBe(Number(fast.headers['content-length']));
    const { etag } = fast.headers;
    for (const header of [etag!, 'W/"other"', `"a", ${etag}`, '*', '']) {
      const validators = { 'if-none-match': header };
      expect(comparable(await get(url, validators))).toEqual(comparable(await longWay(url, validators)));
    }
    expect((await get(url, { 'if-none-match': etag! })).status).toBe(304);
    expect((await get(url, { 'x-request-id': 'my-own-request' })).headers['x-request-id']).toBe('my-own-request');
    expect((await get(url, { 'x-request-id': 'two\u00e4' })).headers['x-request-id']).toHaveLength(36);
  }
});

test.for(['*', 'https://a.test,https://b.test'])('What pages of other origins are told (%s) is the same both ways', async (origins) => {
  const { server, owner, make } = await start({ CORS_ORIGINS: origins });
  await make.room(owner);
  const url = `${server.url}/api/rooms`;
  // Who teaches the lane comes from another origin, and then not.
  await get(url, { origin: 'https://a.test' });
  await get(url, { origin: 'https://evil.test' });
  await get(url);
  expect(comparable(await get(url))).toEqual(comparable(await longWay(url)));
  for (const origin of ['https://a.test', 'https://evil.test']) {
    expect(comparable(await get(url, { origin }))).toEqual(comparable(await longWay(url, { origin })));
  }
});

test('A request is counted once, whichever way it goes, and refused when its share is used up', async () => {
  const { server, owner, make } = await start({ RATE_LIMIT_ANONYMOUS_MAX: '9', TRUST_PROXY: '1' });
  await make.room(owner);
  const url = `${server.url}/api/rooms`;
  const left = async (answer: Promise<Raw>) => Number(/r=(\d+)/.exec((await answer).headers.ratelimit ?? '')?.[1]);
  const from = { 'x-forwarded-for': '192.0.2.7' };
  // A load, hits, what is here but out of date, and the long way.
  expect([await left(get(url, from)), await left(get(url, from)), await left(get(url, from))]).toEqual([8, 7, 6]);
  await make.room(owner);
  expect([await left(get(url, from)), await left(get(url, from)), await left(longWay(url, from))]).toEqual([5, 4, 3]);
  expect([await left(get(url, from)), await left(get(url, from)), await left(get(url, from))]).toEqual([2, 1, 0]);
  const refused = await get(url, from);
  expect([refused.status, JSON.parse(refused.body).code, refused.headers['x-cache']]).toEqual([429, 'ratelimit.exceeded', undefined]);
  expect((await get(url, { 'x-forwarded-for': '192.0.2.8' })).status).toBe(200);
});

test('A room that becomes private is shown to strangers no more, and a token is looked at as ever', async () => {
  const { server, owner, make } = await start();
  const room = await make.room(owner);
  const url = `${server.url}/api/rooms/${room.id}`;
  for (let turn = 0; turn < 3; turn += 1) expect((await get(url)).status).toBe(200);
  expect((await get(url, { authorization: 'Bearer nonsense' })).status).toBe(401);
  await server.ask('PATCH', `/api/rooms/${room.id}`, { token: owner.token, body: { isPrivate: true } });
  for (let turn = 0; turn < 3; turn += 1) {
    expect(await get(url)).toMatchObject({ status: 404, isFast: false });
    expect((await get(url, { authorization: `Bearer ${owner.token}` })).status).toBe(200);
  }
});

test('Who is signed in gets their own pages, as long as their session lasts, and is counted as themselves', async () => {
  const { server, owner, make } = await start({ RATE_LIMIT_USER_MAX: '1000' });
  const other = await make.user();
  await make.room(owner);
  const profile = `${server.url}/api/auth/profile`;
  const as = (user: TestUser) => ({ authorization: `Bearer ${user.token}` });
  for (const user of [owner, other]) {
    await expect.poll(async () => (await get(profile, as(user))).isFast).toBe(true);
    const [fast, long] = [await get(profile, as(user)), await longWay(profile, as(user))];
    expect(comparable(fast)).toEqual(comparable(long));
    expect(JSON.parse(fast.body)).toMatchObject({ data: { id: user.id, email: user.email }, _cacheKey: `cache:user:${user.id}:profile` });
    const left = async (answer: Promise<Raw>) => Number(/^"user";r=(\d+)/.exec((await answer).headers.ratelimit ?? '')?.[1]);
    expect((await left(get(profile, as(user)))) - (await left(get(`${server.url}/api/rooms`, as(user))))).toBe(1);
  }
  expect(await get(profile)).toMatchObject({ status: 401, isFast: false });
  expect(await get(profile, { authorization: 'Bearer nonsense' })).toMatchObject({ status: 401, isFast: false });

  await server.ask('PATCH', '/api/auth/profile', { token: owner.token, body: { bio: 'Ω' } });
  expect(JSON.parse((await get(profile, as(owner))).body).data.bio).toBe('Ω');
  expect((await server.ask('POST', '/api/auth/logout', { token: owner.token })).status).toBe(200);
  for (const url of [profile, `${server.url}/api/rooms`]) {
    expect(await get(url, as(owner))).toMatchObject({ status: 401, isFast: false });
    expect(await get(url, as(other))).toMatchObject({ status: 200 });
  }
});

test('A room’s chat is read by those who may, and by nobody who has left', async () => {
  const { server, owner, make } = await start();
  const [guest, stranger] = [await make.user(), await make.user()];
  const room = await make.room(owner, { isPrivate: false, password: 'sesame' });
  await make.message(owner, room.id, { content: 'Popcorn is ready' });
  const url = `${server.url}/api/chat/${room.id}/messages`;
  const as = (user: TestUser) => ({ authorization: `Bearer ${user.token}` });
  expect((await server.ask('POST', `/api/rooms/${room.id}/join`, { token: guest.token, body: { password: 'sesame' } })).status).toBe(200);
  for (const user of [owner, guest]) {
    await expect.poll(async () => (await get(url, as(user))).isFast).toBe(true);
    expect(comparable(await get(url, as(user)))).toEqual(comparable(await longWay(url, as(user))));
  }
  for (let turn = 0; turn < 3; turn += 1) expect(await get(url, as(stranger))).toMatchObject({ status: 403, isFast: false });
  expect(await get(url)).toMatchObject({ status: 401, isFast: false });
  expect(await get(`${url}?before=2&after=1`, as(owner))).toMatchObject({ status: 422, isFast: false });

  await make.message(owner, room.id, { content: 'The film begins' });
  expect(JSON.parse((await get(url, as(guest))).body).data.items).toHaveLength(2);
  await server.ask('POST', `/api/rooms/${room.id}/leave`, { token: guest.token });
  for (let turn = 0; turn < 3; turn += 1) {
    expect(await get(url, as(guest))).toMatchObject({ status: 403, isFast: false });
    expect(await get(url, as(owner))).toMatchObject({ status: 200 });
  }
});

test('Hits of the lane are counted and logged like all others', async () => {
  const { server, owner, make } = await start();
  await make.room(owner);
  const url = `${server.url}/api/rooms`;
  await get(url);
  const before = await hits(server);
  for (let turn = 0; turn < 10; turn += 1) expect(await get(url)).toMatchObject({ isFast: true, headers: { 'x-cache': 'HIT' } });
  expect(await hits(server)).toBe(before + 10);
  const { body } = await get(`${server.url}/metrics`);
  expect(body).toMatch(/^http_request_duration_seconds_count\{[^}]*route="\/api\/rooms"[^}]*\} 11$/m);
});
