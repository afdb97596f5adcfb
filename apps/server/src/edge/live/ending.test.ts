import { chatTypes } from '@watchparty/protocol';
import { connect } from 'node:net';
import type { Socket } from 'socket.io-client';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { liveHandler } from '../../kernel/live.ts';
import { type Edge, type EdgeOptions, sessionOf, startEdge } from './test/edge.ts';
import { thingDo } from './test/things.ts';

let edge: Edge;
const ends: string[] = [];
afterEach(() => edge.close());
const start = async (options: EdgeOptions = {}): Promise<void> => {
  ends.length = 0;
  edge = await startEdge({ telemetry: { liveClosed: (reason) => ends.push(reason) }, ...options });
};

const gone = (socket: Socket): Promise<string[]> => {
  const heard: string[] = [];
  socket.onAny((name: string) => heard.push(name));
  return new Promise((resolve) => { socket.once('disconnect', (reason) => resolve([...heard, reason])); });
};
const PATIENT = { timeout: 15_000, interval: 10 };

test('[LV19] A session’s connections end with it, told why; those of the user’s other sessions stay', async () => {
  await start();
  const [a, b, other] = [await edge.connect('7'), await edge.connect('7'), await edge.connect('7.1')];
  const told = Promise.all([gone(a), gone(b)]);
  await edge.endSession(sessionOf(7));
  expect(await told).toEqual([['session:revoked', 'io server disconnect'], ['session:revoked', 'io server disconnect']]);
  expect(ends).toEqual(['revoked', 'revoked']);
  expect((await other.emitWithAck('clock:ping', { t0: 1 })).success).toBe(true);
  const last = gone(other);
  await edge.revocations.effects[0]!.apply([{ userId: 7 }], ['01890000-0000-7000-8000-000000000001'], undefined);
  expect(await last).toEqual(['session:revoked', 'io server disconnect']);
});

test('[LV19] A session that ends while a connection is being opened leaves none', async () => {
  await start();
  const release = edge.holdBack();
  const opening = edge.connect('7').then(gone, (error: { data: { code: string } }) => [error.data.code]);
  const other = edge.connect('8');
  await expect.poll(() => edge.edge.live.here('user:8')).toBeDefined();
  // The identity has answered from before the end: it is told only afterwards.
  release();
  await edge.endSession(sessionOf(7), { silently: true });
  await edge.revocations.effects[0]!.apply([{ sessionIds: [sessionOf(7)] }], ['01890000-0000-7000-8000-000000000001'], undefined);
  expect((await opening).at(-1)).toMatch(/^(io server disconnect|auth\.token_invalid)$/);
  expect((await other).connected).toBe(true);
  expect([...edge.live.here('user:7')]).toEqual([]);
});

test('[LV19] A node that may have missed an end asks for each session once, and ends what has ended', async () => {
  await start();
  const sockets = await Promise.all(Array.from({ length: 120 }, (_, nth) => edge.connect(`${nth + 1}`)));
  await edge.connect('1');
  await edge.endSession(sessionOf(60), { silently: true });
  const told = gone(sockets[59]!);
  edge.missRevocations();
  expect(await told).toEqual(['session:revoked', 'io server disconnect']);
  await expect.poll(() => edge.validated.length, PATIENT).toBe(120);
  expect(new Set(edge.validated).size).toBe(120);
  expect(sockets.filter(({ connected }) => connected).length).toBe(119);
});

test('[LV19] While sessions cannot be asked for connections stay, and are asked for later', async () => {
  await start();
  const socket = await edge.connect('7');
  await edge.endSession(sessionOf(7), { silently: true });
  const restore = edge.failValidation();
  edge.missRevocations();
  await expect.poll(() => edge.validated.length, PATIENT).toBeGreaterThan(0);
  expect(socket.connected).toBe(true);
  const told = gone(socket);
  restore();
  expect(await told).toEqual(['session:revoked', 'io server disconnect']);
});

test('[LV19] A guest’s connection ends with their token, another’s does not', async () => {
  await start();
  const guest = gone(await edge.connect('guest:9:5:1000'));
  const user = await edge.connect('7');
  expect(await guest).toEqual(['session:revoked', 'io server disconnect']);
  expect(user.connected).toBe(true);
});

test('[LV23] Each event counts as seen', async () => {
  await start();
  const socket = await edge.connect('7');
  await socket.emitWithAck('clock:ping', { t0: 1 });
  await socket.emitWithAck('clock:ping', { t0: 1 });
  expect(edge.seen).toEqual([sessionOf(7), sessionOf(7)]);
});

test('[LV20] A connection that does not read is cut off, and nobody waits for it', { timeout: 60_000 }, async () => {
  await start();
  const { hostname, port } = new URL(edge.url);
  const deaf = connect({ host: hostname, port: Number(port) });
  onTestFinished(() => void deaf.destroy());
  deaf.write('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
  await new Promise((resolve) => deaf.once('data', resolve));
  deaf.pause();
  const text = Buffer.from('40{"token":"8"}');
  deaf.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]));
  await expect.poll(() => [...edge.live.here('user:8')].length, PATIENT).toBe(1);
  const listener = await edge.connect('8');
  let heard = 0;
  listener.on('chat:typing', () => (heard += 1));

  const username = 'x'.repeat(60_000);
  let told = 0;
  await expect.poll(() => {
    for (let nth = 0; nth < 20; nth += 1, told += 1) edge.live.tell('user:8', chatTypes, { roomId: 5, userId: told + 1, username });
    return ends;
  }, PATIENT).toEqual(['slow']);
  await expect.poll(() => heard, PATIENT).toBe(told);
  expect([...edge.live.here('user:8')].length).toBe(1);
});

test('[LV21] A server that stops tells its clients, finishes what is under way, and closes everything', async () => {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => { release = resolve; });
  const slow = liveHandler({
    event: thingDo,
    async handle() {
      await released;
      return { done: 1 };
    },
  });
  await start({ modules: [{ handlers: [slow] }] });
  const [a, b] = [await edge.connect('7'), await edge.connect('8')];
  const both = Promise.all([gone(a), gone(b)]);
  const underWay = a.emitWithAck('thing:do', {});
  await a.emitWithAck('clock:ping', { t0: 1 });
  const told = new Promise((resolve) => { b.once('live:closing', resolve); });
  const drained = edge.edge.drain();
  await told;
  expect(await b.emitWithAck('clock:ping', { t0: 1 })).toMatchObject({ code: 'service.unavailable', retryAfterSeconds: 1 });
  await expect(edge.connect('9')).rejects.toThrow('websocket error');
  release();
  expect(await underWay).toEqual({ success: true, data: { done: 1 } });
  // To the clients a broken connection: they come again, elsewhere.
  expect(await both).toEqual([['live:closing', 'transport close'], ['live:closing', 'transport close']]);
  await drained;
  expect(ends).toEqual(['stopping', 'stopping']);
});
