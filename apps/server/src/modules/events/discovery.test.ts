import type { Event, NearbyEvent } from '@watchparty/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { startTwoNodes, type TwoNodes } from '../../../test/two-nodes.ts';
import { createWarming } from './discovery-warming.ts';
import { discoveryPolicies } from './discovery.cache.ts';

const DEEP = process.env['WATCHPARTY_DEEP'] === '1';
const HOUR_MS = 3_600_000;

/** Through one node: makes events, answers, reads lists. */
function actingOn(node: Pick<TestApp, 'ask'>) {
  const ask = (method: string, path: string, user?: TestUser, body?: object) =>
    node.ask(method, `/api${path}`, { ...(user && { token: user.token }), ...(body && { body }) });
  return {
    ask,
    async event(owner: TestUser, given: object = {}): Promise<Event> {
      const answer = await ask('POST', '/events', owner, {
        title: 'An event', startsAt: new Date(Date.now() + HOUR_MS).toISOString(), location: { lat: 48.1, lng: 11.5 }, ...given,
      });
      expect(answer.status).toBe(201);
      return answer.body.data;
    },
    async goes(user: TestUser, id: number, status = 'going'): Promise<void> {
      expect((await ask('POST', `/events/${id}/rsvp`, user, { status })).status).toBe(200);
    },
    nearby: async (query: string, user?: TestUser): Promise<{ ids: number[]; xCache: string | null }> => {
      const { body, headers } = await ask('GET', `/events/nearby?${query}`, user);
      return { ids: body.data.items.map(({ id }: NearbyEvent) => id), xCache: headers.get('x-cache') };
    },
    trending: async (query = ''): Promise<{ ids: number[]; xCache: string | null }> => {
      const { body, headers } = await ask('GET', `/events/trending${query}`);
      return { ids: body.data.items.map(({ id }: Event) => id), xCache: headers.get('x-cache') };
    },
  };
}

describe('Nearby and trending events on one node', () => {
  let server: TestApp;
  let on: ReturnType<typeof actingOn>;
  let owner: TestUser;
  let friend: TestUser;
  let stranger: TestUser;
  beforeAll(async () => {
    server = await startTestApp();
    on = actingOn(server);
    const make = factoriesFor(server);
    [owner, friend, stranger] = (await Promise.all([make.user(), make.user(), make.user()]));
    const { body } = await on.ask('POST', '/friends/requests', friend, { userId: owner.id });
    await on.ask('POST', `/friends/requests/${body.data.id}/accept`, owner);
  });
  afterAll(() => server.close());

  test('[ED1] [ED11] A list tells distances; another one is served from the cache, under its key', async () => {
    const place = { lat: 10, lng: 20, address: 'Here' };
    const event = await on.event(owner, { location: place });
    const path = '/events/nearby?lat=10.5&lng=20&radiusKm=100';
    const fresh = await on.ask('GET', path);
    expect(fresh.body.data.items).toEqual([{ ...event, distanceKm: expect.closeTo(55.597_54, 4) }]);
    const cached = await on.ask('GET', path);
    expect(cached.body).toEqual({
      ...fresh.body, _cached: true, _cacheKey: 'cache:events:nearby:10.5,20:100:from:now:to:month:after:start:limit:20',
    });
    expect((await on.ask('GET', '/events/nearby?lat=10.5&lng=20&radiusKm=55')).body.data).toEqual({ items: [], nextCursor: null });
    await on.trending('?limit=7&lat=1&lng=2');
    expect((await on.ask('GET', '/events/trending?limit=7&lat=1&lng=2')).body)
      .toMatchObject({ _cacheKey: expect.stringMatching(/^cache:events:trending:\d+:limit:7$/) });
  });

  test('[ED4] [ED5] [ED10] Only their own people find what is not public, and nothing of it is in what others are served', async () => {
    const at = { location: { lat: -30, lng: 60 } };
    const [open, friends, secret] = [
      await on.event(owner, at), await on.event(owner, { ...at, visibility: 'friends' }), await on.event(owner, { ...at, visibility: 'private' }),
    ];
    for (const event of [open, friends, secret]) await on.goes(owner, event.id);
    await on.goes(friend, friends.id);
    const query = 'lat=-30&lng=60';
    const visible = async (user: TestUser) => (await on.nearby(`${query}&scope=visible`, user)).ids;
    expect(await visible(owner)).toEqual([open.id, friends.id, secret.id]);
    expect(await visible(friend)).toEqual([open.id, friends.id]);
    expect(await visible(stranger)).toEqual([open.id]);
    for (const user of [undefined, owner, friend, stranger]) {
      expect((await on.nearby(query, user)).ids).toEqual([open.id]);
      expect((await on.trending('?lat=-30&lng=60')).ids).toEqual([open.id]);
    }
    expect((await on.ask('GET', `/events/nearby?${query}&scope=visible`)).body.code).toBe('auth.required');
    // Friends no more; and what is public is not shown to those who are blocked where they ask as themselves.
    await on.ask('DELETE', `/friends/${owner.id}`, friend);
    expect(await visible(friend)).toEqual([open.id]);
    expect((await on.ask('POST', `/friends/blocks/${stranger.id}`, owner)).status).toBeLessThan(300);
    expect(await visible(stranger)).toEqual([]);
  });

  test('[ED2] [ED5] What is visible goes by cursor too, public or not', async () => {
    const ids: number[] = [];
    for (let nth = 0; nth < 7; nth += 1) {
      const visibility = nth % 2 === 0 ? 'public' : 'private';
      ids.push((await on.event(owner, { visibility, location: { lat: -10 + Math.trunc(nth / 2) / 100, lng: 100 } })).id);
    }
    const found: number[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await on.ask('GET', `/events/nearby?lat=-10&lng=100&scope=visible&limit=2${cursor && `&cursor=${cursor}`}`, owner);
      found.push(...body.data.items.map(({ id }: Event) => id));
      cursor = body.data.nextCursor;
    }
    expect(found).toEqual(ids);
  });

  test('[ED10] [ED11] Who hides, cancels or removes an event ends every list with it at once', async () => {
    const query = 'lat=70&lng=-100';
    const changes: ((id: number) => Promise<unknown>)[] = [
      (id) => on.ask('PATCH', `/events/${id}`, owner, { visibility: 'private' }),
      (id) => on.ask('POST', `/events/${id}/cancel`, owner),
      (id) => on.ask('DELETE', `/events/${id}`, owner),
      (id) => on.ask('PATCH', `/events/${id}`, owner, { location: { lat: -70, lng: 80 } }),
    ];
    for (const change of changes) {
      const { id } = await on.event(owner, { location: { lat: 70, lng: -100 } });
      await on.goes(owner, id);
      // What was loaded before it was there may still stand.
      await on.ask('PATCH', `/events/${id}`, owner, { title: 'Loaded anew' });
      expect((await on.nearby(query)).ids).toEqual([id]);
      expect(await on.nearby(query)).toEqual({ ids: [id], xCache: 'HIT' });
      expect((await on.trending('?lat=70&lng=-100')).ids).toEqual([id]);
      await change(id);
      expect((await on.nearby(query)).ids).toEqual([]);
      expect((await on.trending('?lat=70&lng=-100')).ids).toEqual([]);
    }
  });

  test('[ED12] What is asked wrongly is refused', async () => {
    for (const [path, code] of [
      ['nearby?lat=1', 'request.invalid'], ['nearby?lat=91&lng=0', 'request.invalid'], ['nearby?lat=0&lng=-180.5', 'request.invalid'],
      ['nearby?lat=0&lng=0&radiusKm=501', 'request.invalid'], ['nearby?lat=0&lng=0&radiusKm=0', 'request.invalid'],
      ['nearby?lat=0&lng=0&from=tomorrow', 'request.invalid'], ['nearby?lat=0&lng=0&limit=101', 'request.invalid'],
      ['nearby?lat=0&lng=0&to=2020-01-01T00:00:00Z', 'events.times_invalid'],
      ['nearby?lat=0&lng=0&from=2999-01-02T00:00:00Z&to=2999-01-01T00:00:00Z', 'events.times_invalid'],
      ['nearby?lat=0&lng=0&to=2999-01-01T00:00:00Z', 'events.times_invalid'],
      ['nearby?lat=0&lng=0&cursor=abc', 'events.cursor_invalid'],
      ['trending?lat=1', 'events.place_incomplete'], ['trending?lng=1', 'events.place_incomplete'],
    ]) {
      expect([path, (await on.ask('GET', `/events/${path}`)).body.code]).toEqual([path, code]);
    }
  });
});

test('[ED13] What is asked for most is loaded again, and what nobody asks for any more is forgotten', async () => {
  const uses = new Map<string, number>([['a', 50], ['b', 3], ['c', 2], ['d', 0]]);
  const refreshed: string[] = [];
  const warming = createWarming({
    reads: {
      available: true,
      usesOf: (_policy, params) => uses.get(`${params['place']}`) ?? 0,
      refresh: async (_policy, params, load) => {
        refreshed.push(`${params['place']}`);
        uses.set(`${params['place']}`, 0);
        return load();
      },
    },
    log: { debug: () => {} } as never,
  });
  const load = (place: string) => {
    warming.loaded(discoveryPolicies.nearby, { place, radiusKm: 1, from: 'now', to: 'month', cursor: 'start', limit: 20 }, async () => {
      if (place === 'b') throw new Error('The database is away');
    });
  };
  for (const place of ['a', 'b', 'c', 'd']) load(place);
  expect(await warming.warm()).toBe(1);
  expect(refreshed).toEqual(['a', 'b']);
  // Nobody has asked since: forgotten, and nothing to do when somebody does without a load.
  expect(await warming.warm()).toBe(0);
  uses.set('a', 50);
  expect(await warming.warm()).toBe(0);
  for (let nth = 0; nth < 5000; nth += 1) load(`place ${nth}`);
  for (let nth = 0; nth < 5000; nth += 1) uses.set(`place ${nth}`, nth);
  refreshed.length = 0;
  expect(await warming.warm()).toBe(32);
  expect(refreshed[0]).toBe('place 4999');
});

describe('Nearby and trending events on two nodes', () => {
  let nodes: TwoNodes;
  let owner: TestUser;
  let a: ReturnType<typeof actingOn>;
  let b: ReturnType<typeof actingOn>;
  beforeAll(async () => {
    nodes = await startTwoNodes();
    [a, b] = [actingOn(nodes.a), actingOn(nodes.b)];
    owner = await factoriesFor(nodes.a).user();
  }, 60_000);
  afterAll(() => nodes.close());

  test('[ED11] What is hidden on one node is never shown on the other once that was answered', async () => {
    const query = 'lat=48.1&lng=11.5';
    for (let nth = 0; nth < 10; nth += 1) {
      const { id } = await a.event(owner);
      await a.goes(owner, id);
      await a.ask('PATCH', `/events/${id}`, owner, { title: 'Loaded anew' });
      expect((await b.nearby(query)).ids).toEqual([id]);
      expect(await b.nearby(query)).toEqual({ ids: [id], xCache: 'HIT' });
      expect((await b.trending()).ids).toEqual([id]);
      await a.ask('PATCH', `/events/${id}`, owner, { visibility: 'private' });
      expect([(await b.nearby(query)).ids, (await b.trending()).ids]).toEqual([[], []]);
    }
  });

  test.runIf(DEEP)('[ED11] New events and answers on one node show on the other within half a minute', async () => {
    const query = 'lat=-48.1&lng=-11.5';
    expect([(await b.nearby(query)).ids, (await b.trending('?lat=-48.1&lng=-11.5')).ids]).toEqual([[], []]);
    const { id } = await a.event(owner, { location: { lat: -48.1, lng: -11.5 } });
    await a.goes(owner, id);
    const half = { timeout: 30_000, interval: 250 };
    await expect.poll(async () => (await b.nearby(query)).ids, half).toEqual([id]);
    await expect.poll(async () => (await b.trending('?lat=-48.1&lng=-11.5')).ids, half).toEqual([id]);
  }, 90_000);
});
