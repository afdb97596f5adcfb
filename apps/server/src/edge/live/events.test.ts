import { performance } from 'node:perf_hooks';
import { clockPing } from '@watchparty/protocol';
import type { Socket } from 'socket.io-client';
import { afterEach, expect, test } from 'vitest';
import { liveHandler, type LiveContext } from '../../kernel/live.ts';
import { Problem } from '../../kernel/problem.ts';
import { type Data, type Edge, type EdgeOptions, startEdge } from './test/edge.ts';
import { thing, thingDo, withName } from './test/things.ts';

let edge: Edge;
afterEach(() => edge.close());
const start = async (options: EdgeOptions): Promise<Socket> => {
  edge = await startEdge(options);
  return edge.connect('7');
};
const ask = (socket: Socket, ...args: unknown[]): Promise<Data> => socket.timeout(10_000).emitWithAck(args[0] as string, ...args.slice(1));

test('[LV6] An event is acknowledged with what its handler gives, which knows who asks, when, and by which connection', async () => {
  const contexts: LiveContext[] = [];
  const handler = liveHandler({ event: thingDo, handle: (context) => ({ done: contexts.push(context) }) });
  const socket = await start({ modules: [{ handlers: [handler] }] });
  const before = Date.now();
  expect(await ask(socket, 'thing:do', { text: 'Hello' })).toEqual({ success: true, data: { done: 1 } });
  const [{ actor, body, receivedAtMs, socket: own }] = contexts as [LiveContext];
  expect([actor.userId, actor.username, body]).toEqual([7, 'user7', { text: 'Hello' }]);
  expect(own.id).toBe(socket.id);
  expect(receivedAtMs).toBeGreaterThan(before - 50);
  expect(receivedAtMs).toBeLessThan(Date.now() + 50);
});

test('[LV6] A refusal is problem details with the code of the registry; what nobody foresaw is told nobody', async () => {
  const refusing = liveHandler({
    event: thingDo,
    handle() {
      throw new Problem('rooms.full', { detail: 'All ten places are taken', retryAfterSeconds: 3 });
    },
  });
  const failing = liveHandler({ event: withName('thing:fail'), handle: () => Promise.reject(new Error('secret words')) });
  const socket = await start({ modules: [{ handlers: [refusing] }, { handlers: [failing] }] });
  expect(await ask(socket, 'thing:do', {})).toEqual({
    success: false, type: '/api/docs/errors#rooms.full', title: 'The room is full', status: 409, detail: 'All ten places are taken',
    code: 'rooms.full', errors: [], requestId: expect.any(String), retryAfterSeconds: 3,
  });
  const failed = await ask(socket, 'thing:fail', {});
  expect(failed).toMatchObject({ success: false, code: 'service.internal', status: 500 });
  expect(JSON.stringify(failed)).not.toContain('secret');
  expect(edge.lines.some((line) => line.includes('secret words') && line.includes(failed.requestId as string))).toBe(true);
});

test('[LV6] Without an acknowledgement it is done all the same', async () => {
  const { handler, done } = thing();
  const socket = await start({ modules: [{ handlers: [handler] }] });
  socket.emit('thing:do', { text: 'by the way' });
  socket.emit('thing:nothing', {});
  socket.emit('thing:do', { wrong: true });
  expect(await ask(socket, 'thing:do')).toEqual({ success: true, data: { done: 2 } });
  expect(done).toEqual([{ text: 'by the way' }, {}]);
});

test('[LV7] A body that does not fit is refused field by field, an unknown field too', async () => {
  const { handler, done } = thing();
  const socket = await start({ modules: [{ handlers: [handler] }] });
  expect(await ask(socket, 'thing:do', { text: 5 })).toMatchObject({ code: 'request.invalid', errors: [{ field: '/body/text' }] });
  expect(await ask(socket, 'thing:do', { txet: 'x' })).toMatchObject({
    code: 'request.invalid', errors: [{ field: '/body/txet', message: 'is not a known field' }],
  });
  for (const body of [null, 'text', 5, [], true]) expect((await ask(socket, 'thing:do', body)).code).toBe('request.invalid');
  expect(done).toEqual([]);
});

test('[LV7] An answer that does not fit its schema is a fault of ours, and is not sent', async () => {
  const handler = liveHandler({ event: thingDo, handle: () => ({ done: 1, password: 'hash' }) });
  const socket = await start({ modules: [{ handlers: [handler] }] });
  const answer = await ask(socket, 'thing:do', {});
  expect(answer.code).toBe('service.internal');
  expect(JSON.stringify(answer)).not.toContain('hash');
});

test('[LV8] Unknown events, several bodies, bytes and too much of anything are refused with a code; the connection stays', async () => {
  const { handler, done } = thing();
  const socket = await start({ modules: [{ handlers: [handler] }] });
  expect((await ask(socket, 'thing:else', {})).code).toBe('live.event_unknown');
  expect((await ask(socket, 'toString', {})).code).toBe('live.event_unknown');
  expect((await ask(socket, 'error', {})).code).toBe('live.event_unknown');
  expect((await ask(socket, 'thing:do', {}, {})).code).toBe('request.invalid');
  expect((await ask(socket, 'thing:do', Buffer.from('bytes'))).code).toBe('request.invalid');
  expect((await ask(socket, 'thing:do', { text: 'x'.repeat(65_536) })).code).toBe('request.body_too_large');
  expect((await ask(socket, 'thing:do', { text: 'a\0b' })).code).toBe('request.invalid');
  expect(socket.connected).toBe(true);
  expect(done).toEqual([]);
  expect(await ask(socket, 'thing:do', {})).toMatchObject({ success: true });
});

test('[LV9] A user may send so many events a minute, from all their connections; what clients send by themselves is not counted', async () => {
  const { handler } = thing();
  const free = thing('thing:free', { limit: 'none' });
  const socket = await start({ modules: [{ handlers: [handler, free.handler] }], eventsMax: 3 });
  const second = await edge.connect('7.1');
  const other = await edge.connect('8');
  const answers = [await ask(socket, 'thing:do'), await ask(second, 'thing:do'), await ask(socket, 'thing:do'), await ask(second, 'thing:do')];
  expect(answers.map(({ success }) => success)).toEqual([true, true, true, false]);
  expect(answers[3]).toMatchObject({ code: 'ratelimit.exceeded', status: 429, retryAfterSeconds: expect.any(Number) });
  expect((await ask(other, 'thing:do')).success).toBe(true);
  for (let nth = 0; nth < 200; nth += 1) expect((await ask(socket, 'thing:free')).success).toBe(true);
  expect((await ask(socket, 'thing:free')).code).toBe('ratelimit.exceeded');
  expect((await ask(second, 'thing:free')).success).toBe(true);
});

test('[LV9] [LV10] Events are begun in their order, 64 at once, and end in their own', async () => {
  const begun: string[] = [];
  let release = (): void => {};
  const released = new Promise<void>((resolve) => { release = resolve; });
  const slow = liveHandler({
    event: thingDo,
    async handle({ body }) {
      begun.push(body.text!);
      if (body.text !== '5') await released;
      return { done: begun.length };
    },
  });
  const socket = await start({ modules: [{ handlers: [slow] }] });
  const asked = Array.from({ length: 70 }, (_, nth) => ask(socket, 'thing:do', { text: `${nth}` }));
  expect((await asked[5]).success).toBe(true);
  expect((await asked[69]).code).toBe('ratelimit.exceeded');
  release();
  const answers = await Promise.all(asked);
  expect(answers.filter(({ success }) => success).length).toBe(begun.length);
  expect(begun.length).toBeGreaterThanOrEqual(64);
  expect(begun).toEqual(begun.toSorted((a, b) => Number(a) - Number(b)));
});

test('[LV9] Whoever floods the server is sent away', { timeout: 60_000 }, async () => {
  const ends: string[] = [];
  const socket = await start({ telemetry: { liveClosed: (reason) => ends.push(reason) } });
  const gone = new Promise((resolve) => { socket.once('disconnect', resolve); });
  for (let nth = 0; nth < 10_001; nth += 1) socket.emit('nothing');
  await gone;
  expect(ends).toEqual(['flood']);
});

test('[LV11] Guests may send what is for guests, about their own room', async () => {
  const [forAll, forGuests] = [thing(), thing('thing:guest', { guests: true })];
  await start({ modules: [{ handlers: [forAll.handler, forGuests.handler] }] });
  const guest = await edge.connect('guest:9:5:60000');
  expect((await ask(guest, 'thing:do', { roomId: 5 })).code).toBe('auth.guest_forbidden');
  expect((await ask(guest, 'thing:guest', { roomId: 5 })).success).toBe(true);
  expect((await ask(guest, 'thing:guest', { roomId: 6 })).code).toBe('auth.guest_forbidden');
  expect((await ask(guest, 'thing:guest', {})).code).toBe('auth.guest_forbidden');
  expect((await ask(guest, 'clock:ping', { t0: 1 })).success).toBe(true);
});

test('[LV12] clock:ping tells when the question came and when the answer left, by one clock with fractions', async () => {
  const socket = await start({});
  const times: number[] = [];
  for (let nth = 0; nth < 20; nth += 1) {
    const t0 = performance.timeOrigin + performance.now();
    const { data: { t0: same, t1, t2 } } = await ask(socket, clockPing.name, { t0 });
    const t3 = performance.timeOrigin + performance.now();
    expect(same).toBe(t0);
    // One machine and one process: the server's clock and ours differ by what the system's was corrected meanwhile.
    expect(t1).toBeGreaterThan(t0 - 20);
    expect(t2).toBeLessThan(t3 + 20);
    expect(t2).toBeGreaterThanOrEqual(t1);
    times.push(t1, t2);
  }
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.filter((time) => Number.isInteger(time)).length).toBeLessThan(5);
});
