import { expect, onTestFinished, test } from 'vitest';
import { createBus } from './bus.ts';
import type { BusListener } from './types.ts';

/** A bus on a line that does what the test says. */
async function setUp() {
  let line: BusListener | undefined;
  const sent: string[] = [];
  const driver = {
    listen: (listener: BusListener) => void (line = listener),
    publish: async (text: string) => void sent.push(text),
    reconnect: () => {},
    close: async () => {},
  };
  const bus = createBus({ driver, log: { warn: () => {}, info: () => {} }, nodeId: 'me', heartbeatMs: 60_000 });
  onTestFinished(() => bus.close());
  const heard: unknown[] = [];
  const subscribe = () => bus.subscribe(
    'rooms', (value): value is unknown => value !== undefined, (payload) => void heard.push(payload),
    { onGap: (gap) => heard.push(gap) },
  );
  const say = (n: number, payload?: unknown) =>
    line!.message(JSON.stringify({ from: 'other', n, ...(payload !== undefined && { channel: 'rooms', payload }) }));
  return { bus, line: line!, sent, heard, subscribe, say };
}

test('BU5 subscribing waits for the line to stand or to fail, and is told when it has failed before', async () => {
  const { line, heard, subscribe } = await setUp();
  let resolved = 0;
  const waiting = subscribe().then(() => (resolved += 1));
  await new Promise((resolve) => setImmediate(resolve));
  expect(resolved).toBe(0);
  line.disconnected();
  await waiting;
  expect(heard).toEqual(['disconnected']);
  await subscribe();
  expect(heard).toEqual(['disconnected', 'disconnected']);
  line.connected();
  expect(heard.slice(2)).toEqual(['reconnected', 'reconnected']);
  await subscribe();
  expect(heard.slice(4)).toEqual([]);
});

test('BU5 nothing is heard between `disconnected` and `reconnected`, which stands for all of it', async () => {
  const { line, heard, subscribe, say } = await setUp();
  line.connected();
  await subscribe();
  say(1, 'one');
  line.disconnected();
  line.disconnected();
  say(2, 'two');
  say(5, 'five');
  line.connected();
  line.connected();
  say(6, 'six');
  expect(heard).toEqual(['one', 'disconnected', 'reconnected', 'six']);
});

test('BU2 BU4 numbers are held to their order: repeated and late ones are left out, missing ones told', async () => {
  const { line, heard, subscribe, say } = await setUp();
  line.connected();
  await subscribe();
  say(0);
  say(1, 'one');
  say(1, 'one');
  say(1);
  say(3, 'three');
  say(2, 'two');
  say(3);
  say(4, 'four');
  say(6);
  say(6);
  say(7, 'seven');
  expect(heard).toEqual(['one', 'skipped', 'three', 'four', 'skipped', 'seven']);
});

test('BU4 says how far it has counted as soon as the line stands, and numbers from 1', async () => {
  const { bus, line, sent } = await setUp();
  line.connected();
  await bus.publish('rooms', { id: 5 });
  await bus.publish('movies', null);
  expect(sent.map((text) => JSON.parse(text) as unknown)).toEqual([
    { from: 'me', n: 0 },
    { from: 'me', n: 1, channel: 'rooms', payload: { id: 5 } },
    { from: 'me', n: 2, channel: 'movies', payload: null },
  ]);
});
