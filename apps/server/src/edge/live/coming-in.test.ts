import { request } from 'node:http';
import { liveMissed } from '@watchparty/protocol';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { type Edge, startEdge, type EdgeOptions } from './test/edge.ts';
import { thing } from './test/things.ts';

let edge: Edge;
const start = async (options?: EdgeOptions): Promise<void> => {
  edge = await startEdge(options);
};
afterEach(() => edge.close());

test('[LV1] A token in the handshake opens a connection; without one, or with one that does not hold, problem details say why not', async () => {
  await start();
  expect((await edge.connect('7')).connected).toBe(true);
  const code = async (auth: Record<string, unknown>) => {
    const { success, code: name, status, requestId } = await edge.refused({ auth });
    expect([success, typeof requestId]).toEqual([false, 'string']);
    return [status, name];
  };
  expect(await code({})).toEqual([401, 'auth.required']);
  expect(await code({ token: '' })).toEqual([401, 'auth.required']);
  expect(await code({ token: null })).toEqual([401, 'auth.required']);
  expect(await code({ token: 'wrong' })).toEqual([401, 'auth.token_invalid']);
  expect(await code({ token: { $ne: '' } })).toEqual([401, 'auth.token_invalid']);
  expect(await code({ token: ['7'] })).toEqual([401, 'auth.token_invalid']);
});

test('[LV1] A token in the address is refused, whatever it is worth', async () => {
  await start();
  for (const name of ['token', 'access_token', 'auth']) {
    expect(await edge.refused({ auth: { token: '7' }, query: { [name]: '7' } })).toMatchObject({ code: 'live.token_in_address', status: 400 });
  }
  expect((await edge.connect('7', { query: { theme: 'dark' } })).connected).toBe(true);
});

/** The status that an attempt at a WebSocket is answered with, and the code in the body. */
function upgrade(headers: Record<string, string>, path = '/socket.io/?EIO=4&transport=websocket'): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const asked = request(`${edge.url}${path}`, {
      headers: {
        connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers,
      },
    });
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve([response.statusCode!, '']);
    });
    asked.on('response', (response) => {
      const bodyOf = async (): Promise<[number, string]> => {
        const body = Buffer.concat(await response.toArray()).toString();
        return [response.statusCode!, body.startsWith('{') ? (JSON.parse(body) as { code: string }).code : body];
      };
      resolve(bodyOf());
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('[LV2] Our own pages and those of CORS_ORIGINS may connect, others not; programs name no origin', async () => {
  await start({ settings: { corsOrigins: ['https://films.example.org'] } });
  const { host } = new URL(edge.url);
  expect(await upgrade({})).toEqual([101, '']);
  expect(await upgrade({ origin: 'http://watchparty.test' })).toEqual([101, '']);
  expect(await upgrade({ origin: 'https://films.example.org' })).toEqual([101, '']);
  expect(await upgrade({ origin: `http://${host}` })).toEqual([101, '']);
  for (const origin of ['https://evil.example', 'https://watchparty.test.evil.example', 'null', 'nonsense', `http://${host}.evil.example`, '']) {
    expect([origin, ...(await upgrade({ origin }))]).toEqual([origin, 403, 'live.origin_refused']);
  }
});

test('[LV2] With CORS_ORIGINS=* any page may', async () => {
  await start({ settings: { corsOrigins: '*' } });
  expect(await upgrade({ origin: 'https://anywhere.example' })).toEqual([101, '']);
});

test('[LV3] A user has so many connections and no more, others are not hindered, and one that closes makes room', async () => {
  await start({ settings: { connectionsPerUserMax: 2 } });
  const first = await edge.connect('7');
  await edge.connect('7.1');
  expect(await edge.refused({ auth: { token: '7' } })).toMatchObject({ code: 'live.too_many_connections', status: 429 });
  await edge.connect('8');
  first.close();
  await expect.poll(() => edge.connect('7').then(() => true, () => false), { timeout: 10_000 }).toBe(true);
});

test('[LV3] An address has so many connections, behind a proxy the client’s own', async () => {
  await start({ settings: { connectionsPerAddressMax: 1, trustProxy: 1 } });
  const from = (address: string) => upgrade({ 'x-forwarded-for': address });
  const held = new WebSocket(`${edge.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  onTestFinished(() => held.close());
  await new Promise((resolve) => { held.addEventListener('open', resolve); });
  expect(await from('')).toEqual([429, 'live.too_many_connections']);
  expect(await from('192.0.2.1')).toEqual([101, '']);
  await expect.poll(() => from('192.0.2.1'), { timeout: 10_000 }).toEqual([101, '']);
});

test('[LV3] Whoever tries tokens is counted by their address', async () => {
  await start({ strangersMax: 2 });
  for (const expected of ['auth.token_invalid', 'auth.token_invalid', 'ratelimit.exceeded']) {
    expect((await edge.refused({ auth: { token: 'wrong' } })).code).toBe(expected);
  }
  await edge.connect('7');
});

/** A client of Engine.IO alone, which says what it is told to. */
async function raw(): Promise<{ send(text: string): void; readonly closed: Promise<void>; readonly heard: string[] }> {
  const socket = new WebSocket(`${edge.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const heard: string[] = [];
  socket.addEventListener('message', ({ data }) => heard.push(String(data)));
  const closed = new Promise<void>((resolve) => { socket.addEventListener('close', () => resolve()); });
  onTestFinished(() => socket.close());
  await new Promise((resolve) => { socket.addEventListener('open', resolve); });
  return { send: (text) => socket.send(text), closed, heard };
}

test('[LV4] A second sign-in ends the connection, also while the first is under way', async () => {
  await start();
  const release = edge.holdBack();
  const both = await raw();
  both.send('40{"token":"7"}');
  both.send('40{"token":"8"}');
  await both.closed;
  release();
  const later = await raw();
  later.send('40{"token":"7"}');
  await expect.poll(() => later.heard.some((text) => text.startsWith('40'))).toBe(true);
  later.send('40{"token":"8"}');
  await later.closed;
  await delay(50);
  expect([...edge.live.here('user:7'), ...edge.live.here('user:8')]).toEqual([]);
});

test('[LV4] Whoever shows no token in time is sent away', async () => {
  await start({ settings: { signInTimeoutMs: 100 } });
  const silent = await raw();
  await silent.closed;
  expect(silent.heard.length).toBe(1);
});

test('[LV5] A client that begins with long polling is in, and turns to a WebSocket or stays with it', async () => {
  const { handler, done } = thing();
  await start({ modules: [{ handlers: [handler] }] });
  for (const [transports, ends] of [[['polling', 'websocket'], 'websocket'], [['polling'], 'polling'], [['websocket'], 'websocket']] as const) {
    const client = await edge.connect('7', { transports });
    await expect.poll(() => client.io.engine.transport.name).toBe(ends);
    const heard = new Promise((resolve) => client.once(liveMissed.name, resolve));
    expect(await client.timeout(5000).emitWithAck('thing:do', { text: ends })).toMatchObject({ success: true });
    expect(done.at(-1)).toEqual({ text: ends });
    edge.live.tell('user:7', liveMissed, {});
    expect(await heard).toEqual({});
    client.disconnect();
  }
  await expect.poll(() => [...edge.live.here('user:7')].length).toBe(0);
});

test('[LV1] [LV2] [LV3] Long polls are refused like WebSockets, with problem details', async () => {
  await start({ settings: { connectionsPerAddressMax: 1 } });
  const poll = async (headers: Record<string, string> = {}, query = 'EIO=4&transport=polling') => {
    const answer = await fetch(`${edge.url}/socket.io/?${query}`, { headers });
    const body = await answer.text();
    return [answer.status, body.startsWith('{') ? (JSON.parse(body) as { code: string }).code : body.slice(0, 1), answer.headers.has('x-request-id')];
  };
  expect(await poll({ origin: 'http://elsewhere.test' })).toEqual([403, 'live.origin_refused', true]);
  expect(await poll({}, '')).toEqual([400, 'request.invalid', true]);
  expect(await poll({}, 'EIO=4&transport=websocket')).toEqual([400, 'request.invalid', true]);
  expect(await poll()).toEqual([200, '0', true]);
  expect(await poll()).toEqual([429, 'live.too_many_connections', true]);
  expect((await poll({}, 'EIO=4&transport=polling&sid=unknown'))[0]).toBe(400);
  await edge.close();
  await start();
  expect(await edge.refused({ auth: { token: 'wrong' }, transports: ['polling'] })).toMatchObject({ code: 'auth.token_invalid', success: false });

});

test('[LV5] HTTP beside it is left alone', async () => {
  await start();
  expect(await upgrade({}, '/elsewhere')).toEqual([200, 'HTTP']);
  expect(await upgrade({}, '/socket.iotas')).toEqual([200, 'HTTP']);
  expect(await upgrade({ upgrade: 'h2c' }, '/elsewhere')).toEqual([200, 'HTTP']);
  expect(await upgrade({ upgrade: 'h2c' })).toEqual([400, 'request.invalid']);
});
