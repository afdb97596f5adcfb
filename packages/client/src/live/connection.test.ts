import { clockPing, serverEvent } from '@watchparty/protocol';
import Type from 'typebox';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { soon, soonExpect } from '../../test/soon.ts';
import { type LiveServer, Refusal, SILENCE, startLiveServer } from '../../test/live-server.ts';
import { ApiError, NetworkError } from '../api-error.ts';
import { createMemoryTokenStore } from '../tokens.ts';
import { createLiveClient, type LiveClient, type LiveClientOptions } from './live-client.ts';
import { networkOf } from './network-status.ts';
import { until } from './store.ts';
import { fullJitterMs } from './timers.ts';

let server: LiveServer;
let live: LiveClient | undefined;
beforeEach(async () => {
  server = await startLiveServer();
  server.on('clock:ping', ({ t0 }: { t0: number }) => ({ t0, t1: Date.now(), t2: Date.now() }));
});
afterEach(async () => {
  live?.close();
  live = undefined;
  await server.close();
});

function connect(options: Partial<LiveClientOptions> = {}): LiveClient {
  live = createLiveClient({
    baseUrl: server.url, tokens: createMemoryTokenStore({ accessToken: 'good', refreshToken: 'once' }), random: () => 0.01, ...options,
  });
  return live;
}

const connected = (client: LiveClient) => until(client.connection, ({ status }) => status === 'connected');
const ended = (client: LiveClient) => until(client.connection, ({ status }) => status === 'ended');
const onlyGood = (token: unknown): void => {
  if (token !== 'good') throw new Refusal('auth.token_invalid', 401);
};

describe('[LC1] The handshake', () => {
  test('carries the token in its payload and not in its address, by WebSocket', async () => {
    await connected(connect());
    expect(server.handshakes).toHaveLength(1);
    expect(server.handshakes[0]!.token).toBe('good');
    expect(server.handshakes[0]!.url).toMatch(/^\/socket\.io\/\?.*transport=websocket/);
    expect(server.handshakes[0]!.url).not.toContain('good');
  });

  test('reaches a server that lives below a path', async () => {
    const client = connect({ baseUrl: `${server.url}/party/` });
    const state = await until(client.connection, ({ status }) => status === 'waiting');
    expect(state).toMatchObject({ error: { message: 'The server cannot be reached' } });
    expect(server.handshakes).toEqual([]);
  });

  test('renews a token that is refused, once, and takes what somebody else has put into the store', async () => {
    server.admit = onlyGood;
    server.route('POST /api/auth/refresh', () => ({ accessToken: 'good', refreshToken: 'next' }));
    const tokens = createMemoryTokenStore({ accessToken: 'old', refreshToken: 'once' });
    await connected(connect({ tokens }));
    expect(server.handshakes.map(({ token }) => token)).toEqual(['old', 'good']);
    expect(tokens.get()).toEqual({ accessToken: 'good', refreshToken: 'next' });
  });
});

describe('[LC2] A connection that breaks', () => {
  test('is opened again, with the token that is in the store then', async () => {
    const tokens = createMemoryTokenStore({ accessToken: 'first' });
    const client = connect({ tokens });
    await connected(client);
    await tokens.set({ accessToken: 'second' });
    server.cut();
    await soonExpect(() => expect(server.handshakes.map(({ token }) => token)).toEqual(['first', 'second']));
    await connected(client);
  });

  test('is tried until the server is back', async () => {
    const client = connect({ reconnect: { firstMs: 20, capMs: 200 } });
    await connected(client);
    await server.fall();
    let attempts = 0;
    client.connection.subscribe(() => {
      if (client.connection.state.status === 'connecting') attempts += 1;
    });
    await soon(() => attempts >= 5);
    await server.rise();
    expect(await connected(client)).toMatchObject({ status: 'connected' });
  });

  test('waits for anything up to a limit that doubles, and is capped', () => {
    const limits = [0, 1, 2, 3, 9, 500].map((nth) => fullJitterMs(nth, { firstMs: 800, capMs: 15_000, random: () => 1 }));
    expect(limits).toEqual([800, 1600, 3200, 6400, 15_000, 15_000]);
    expect(fullJitterMs(4, { firstMs: 800, capMs: 15_000, random: () => 0 })).toBe(0);
  });

  test('does not wait when the network has come back or somebody looks again', async () => {
    const listeners = new Map<string, () => void>();
    const page = {
      navigator: { onLine: false },
      addEventListener: (type: string, listener: () => void) => void listeners.set(type, listener),
      removeEventListener: (type: string) => void listeners.delete(type),
    };
    const client = connect({ network: networkOf(page) });
    expect(client.connection.state.status).toBe('offline');
    listeners.get('offline')!();
    expect(client.connection.state.status).toBe('offline');
    page.navigator.onLine = true;
    listeners.get('online')!();
    await connected(client);
    await server.fall();
    await until(client.connection, ({ status }) => status === 'waiting');
    client.close();
    expect(listeners.size).toBe(0);
  });

  test('waits at least as long as the server asks for', async () => {
    let refusals = 0;
    server.admit = () => {
      refusals += 1;
      if (refusals === 1) throw new Refusal('ratelimit.exceeded', 429, { retryAfterSeconds: 1 });
    };
    const client = connect();
    const state = await until(client.connection, ({ status }) => status === 'waiting');
    expect((state as { retryInMs: number }).retryInMs).toBeGreaterThanOrEqual(1000);
    client.wake();
    await connected(client);
  });
});

describe('[LC3] It ends for good', () => {
  test('when it is closed', async () => {
    const client = connect();
    await connected(client);
    client.close();
    expect(client.connection.state).toEqual({ status: 'ended', reason: 'closed' });
    await soon(() => server.sockets.size === 0);
    await expect(client.request(clockPing, { t0: 1 })).rejects.toBeInstanceOf(NetworkError);
  });

  test('when the session is revoked', async () => {
    const client = connect();
    await connected(client);
    server.tell('session:revoked', {});
    expect(await ended(client)).toEqual({ status: 'ended', reason: 'revoked' });
    expect(server.handshakes).toHaveLength(1);
  });

  test('when the session cannot be renewed', async () => {
    server.admit = onlyGood;
    server.route('POST /api/auth/refresh', () => new Refusal('auth.refresh_token_invalid', 401));
    const client = connect({ tokens: createMemoryTokenStore({ accessToken: 'old', refreshToken: 'used' }) });
    expect(await ended(client)).toEqual({ status: 'ended', reason: 'signed_out' });
  });

  test('when nobody is signed in, or the renewed token is refused too', async () => {
    expect(await ended(connect({ tokens: createMemoryTokenStore() }))).toEqual({ status: 'ended', reason: 'signed_out' });
    server.admit = onlyGood;
    server.route('POST /api/auth/refresh', () => ({ accessToken: 'new', refreshToken: 'next' }));
    const client = connect({ tokens: createMemoryTokenStore({ accessToken: 'old', refreshToken: 'once' }) });
    expect(await ended(client)).toMatchObject({ reason: 'signed_out', error: { code: 'auth.token_invalid' } });
    expect(server.handshakes.map(({ token }) => token)).toEqual(['old', 'new']);
  });

  test('when the person is refused, with the reason', async () => {
    server.admit = () => {
      throw new Refusal('auth.account_disabled', 403);
    };
    expect(await ended(connect())).toMatchObject({ reason: 'refused', error: { code: 'auth.account_disabled' } });
  });

  test('not when the server has trouble of its own', async () => {
    let attempts = 0;
    server.admit = () => {
      attempts += 1;
      if (attempts < 3) throw new Refusal('service.unavailable', 503);
    };
    await connected(connect());
    expect(attempts).toBe(3);
  });
});

describe('[LC4] A request', () => {
  test('waits for the connection and answers what was acknowledged, with fields that nobody knows', async () => {
    server.on('clock:ping', () => ({ t0: 1, t1: 2, t2: 3, more: true }));
    expect(await connect().request(clockPing, { t0: 1 })).toEqual({ t0: 1, t1: 2, t2: 3, more: true });
  });

  test('rejects with the code that the server gave', async () => {
    server.on('clock:ping', () => new Refusal('ratelimit.exceeded', 429, { retryAfterSeconds: 7 }));
    const refused = await connect().request(clockPing, { t0: 1 }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiError);
    expect(refused).toMatchObject({ code: 'ratelimit.exceeded', status: 429, retryAfterSeconds: 7 });
  });

  test('rejects an acknowledgement that is not what its schema says', async () => {
    server.on('clock:ping', () => ({ t0: 'one' }));
    await expect(connect().request(clockPing, { t0: 1 })).rejects.toMatchObject({ code: 'response.unreadable' });
  });

  test('without a connection in time, or aborted, rejects', async () => {
    await server.fall();
    const client = connect();
    await expect(client.request(clockPing, { t0: 1 }, { timeoutMs: 30 })).rejects.toBeInstanceOf(NetworkError);
    const abort = new AbortController();
    const waiting = client.request(clockPing, { t0: 1 }, { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test('is a NetworkError when the connection breaks before its answer', async () => {
    const client = connect();
    await connected(client);
    server.on('clock:ping', () => {
      server.cut();
      return SILENCE;
    });
    await expect(client.request(clockPing, { t0: 1 })).rejects.toThrow('The connection broke before the answer');
  });

  test('without an answer is a NetworkError; a connection on which nothing came meanwhile is given up', async () => {
    server.on('clock:ping', () => SILENCE);
    const client = connect();
    const { connectionId } = (await connected(client)) as { connectionId: string };
    await expect(client.request(clockPing, { t0: 1 }, { timeoutMs: 50 })).rejects.toThrow('in time');
    await until(client.connection, (state) => state.status === 'connected' && state.connectionId !== connectionId);
  });

  test('without an answer leaves a connection alone on which something else came', async () => {
    server.on('clock:ping', ({ t0 }: { t0: number }) => {
      if (t0 === -1) server.tell('anything', {});
      return SILENCE;
    });
    const client = connect();
    await connected(client);
    await expect(client.request(clockPing, { t0: -1 }, { timeoutMs: 1500 })).rejects.toThrow('in time');
    expect(client.connection.state.status).toBe('connected');
  });
});

test('[LC5] Events are taken by what they must have; others are passed over', async () => {
  const known = serverEvent({
    name: 'known', summary: '', payload: Type.Object({ n: Type.Integer(), deep: Type.Optional(Type.Object({ a: Type.Null() }, { additionalProperties: false })) }, { additionalProperties: false }),
  });
  const client = connect();
  const taken: unknown[] = [];
  const off = client.on(known, (payload) => taken.push(payload));
  await connected(client);
  server.tell('unknown', { n: 1 });
  server.tell('known', { n: 'one' });
  server.tell('known', undefined);
  server.tell('known', { n: 1, later: true, deep: { a: null, b: 2 } });
  server.tell('known', { n: 2 });
  await soonExpect(() => expect(taken).toEqual([{ n: 1, later: true, deep: { a: null, b: 2 } }, { n: 2 }]));
  off();
  server.tell('known', { n: 3 });
  await client.request(clockPing, { t0: 1 });
  expect(taken).toHaveLength(2);
});
