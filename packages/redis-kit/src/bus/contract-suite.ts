import { describe, expect, onTestFinished, test } from 'vitest';
import { createBus } from './bus.ts';
import type { Bus, BusDriver, Gap } from './types.ts';

export interface LineUnderTest {
  /** Opens the line to one more node. */
  open(): BusDriver | Promise<BusDriver>;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const anything = (_value: unknown): _value is unknown => true;

/** A line to one node that can lose what comes in. */
function lossy(driver: BusDriver): BusDriver & { loses: (text: string) => boolean; reconnects: number } {
  const made = {
    ...driver,
    loses: (_text: string): boolean => false,
    reconnects: 0,
    listen: (listener: Parameters<BusDriver['listen']>[0]) =>
      driver.listen({ ...listener, message: (text) => made.loses(text) || listener.message(text) }),
    reconnect: () => void (made.reconnects += 1),
  };
  return made;
}

/** The rules of SPEC.md that hold on every line. `createLine` gives one of this test's own. */
export function describeBusDriver(name: string, createLine: () => LineUnderTest | Promise<LineUnderTest>): void {
  const setUp = async () => {
    const line = await createLine();
    const node = async ({ heartbeatMs = 60_000, wrap = (driver: BusDriver) => driver } = {}) => {
      const warnings: string[] = [];
      const log = { warn: (_: object, message: string) => void warnings.push(message), info: () => {} };
      const bus = createBus({ driver: wrap(await line.open()), log, heartbeatMs });
      onTestFinished(() => bus.close());
      /** Everything that is heard, gaps among it. */
      const listen = async (channel: string): Promise<unknown[]> => {
        const heard: unknown[] = [];
        await bus.subscribe(channel, anything, (payload) => void heard.push(payload), {
          onGap: (gap) => heard.push({ gap }),
        });
        return heard;
      };
      const ready = await bus.subscribe('ready', anything, () => {}, { onGap: () => {} });
      ready.close();
      return { bus, listen, warnings };
    };
    return { node };
  };
  const expectHeard = async (heard: readonly unknown[], expected: readonly unknown[]): Promise<void> => {
    await expect.poll(() => heard, { timeout: 10_000, interval: 5 }).toEqual(expected);
  };
  /** Resolves when `heard` has heard all that `bus` said before. */
  const settled = async (bus: Bus, heard: unknown[], channel: string): Promise<void> => {
    await bus.publish(channel, 'end');
    await expect.poll(() => heard.at(-1), { timeout: 10_000, interval: 5 }).toBe('end');
    heard.pop();
  };
  const gap = (reason: Gap) => ({ gap: reason });

  describe(`bus contract: ${name}`, () => {
    test('BU1 every other node that listens to the channel hears what JSON can say', async () => {
      const { node } = await setUp();
      const [a, b, c] = [await node(), await node(), await node()];
      const [atB, atC, elsewhere] = [await b.listen('rooms'), await c.listen('rooms'), await c.listen('movies')];
      const payloads = ['x', 0, null, true, [1, [2]], { id: 5, name: 'Ключ 🔑 "\n\u2028', none: undefined }];
      for (const payload of payloads) await a.bus.publish('rooms', payload);
      const expected = JSON.parse(JSON.stringify(payloads)) as unknown[];
      await expectHeard(atB, expected);
      await expectHeard(atC, expected);
      expect(elsewhere).toEqual([]);
      await expect(a.bus.publish('rooms', undefined)).rejects.toThrow(TypeError);
    });

    test('BU2 hears each sender’s messages once and in their order, and no gap where nothing is lost', async () => {
      const { node } = await setUp();
      const [listener, ...senders] = [await node(), await node(), await node(), await node()];
      const heard = await listener.listen('rooms');
      await Promise.all(senders.flatMap(({ bus }, sender) =>
        Array.from({ length: 300 }, (_, n) => bus.publish('rooms', { sender, n }))));
      await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(900);
      for (const [sender] of senders.entries()) {
        const ofSender = (heard as { sender: number; n: number }[]).filter((one) => one.sender === sender);
        expect(ofSender.map(({ n }) => n)).toEqual(Array.from({ length: 300 }, (_, n) => n));
      }
    });

    test('BU3 does not hear itself', async () => {
      const { node } = await setUp();
      const [a, b] = [await node(), await node()];
      const [atA, atB] = [await a.listen('rooms'), await b.listen('rooms')];
      await a.bus.publish('rooms', 'from a');
      await b.bus.publish('rooms', 'from b');
      await expectHeard(atB, ['from a']);
      await expectHeard(atA, ['from b']);
    });

    test('BU4 a lost message is a gap for every listener, told before the next message', async () => {
      const { node } = await setUp();
      let line: ReturnType<typeof lossy> | undefined;
      const a = await node();
      const b = await node({ wrap: (driver) => (line = lossy(driver)) });
      const [rooms, movies] = [await b.listen('rooms'), await b.listen('movies')];
      await a.bus.publish('rooms', 1);
      await expectHeard(rooms, [1]);
      line!.loses = (text) => text.includes('"payload":2');
      for (const n of [2, 3, 4]) await a.bus.publish('rooms', n);
      await expectHeard(rooms, [1, gap('skipped'), 3, 4]);
      expect(movies).toEqual([gap('skipped')]);
    });

    test('BU4 the loss of a last message shows at the sender’s next heartbeat', async () => {
      const { node } = await setUp();
      let line: ReturnType<typeof lossy> | undefined;
      const a = await node({ heartbeatMs: 50 });
      const b = await node({ wrap: (driver) => (line = lossy(driver)) });
      const rooms = await b.listen('rooms');
      await a.bus.publish('rooms', 1);
      await expectHeard(rooms, [1]);
      line!.loses = (text) => text.includes('payload');
      await a.bus.publish('rooms', 2);
      await expectHeard(rooms, [1, gap('skipped')]);
    });

    test('BU4 a node that begins is no gap; one that is heard in the middle of its count may be one', async () => {
      const { node } = await setUp();
      const old = await node({ heartbeatMs: 50 });
      await old.bus.publish('rooms', 'before anybody listened');
      // A cluster may bring it still, so here it is lost for sure.
      const late = (driver: BusDriver): BusDriver =>
        Object.assign(lossy(driver), { loses: (text: string) => text.includes('before anybody') });
      const listener = await node({ wrap: late });
      const heard = await listener.listen('rooms');
      await expectHeard(heard, [gap('skipped')]);
      const fresh = await node({ heartbeatMs: 50 });
      await fresh.bus.publish('rooms', 1);
      await settled(old.bus, heard, 'rooms');
      expect(heard).toEqual([gap('skipped'), 1]);
    });

    test('BU5 a line that brings not even one’s own heartbeat is a gap, and opened anew until it does', async () => {
      const { node } = await setUp();
      let line: ReturnType<typeof lossy> | undefined;
      const a = await node();
      const b = await node({ heartbeatMs: 100, wrap: (driver) => (line = lossy(driver)) });
      const heard = await b.listen('rooms');
      await a.bus.publish('rooms', 1);
      await expectHeard(heard, [1]);
      line!.loses = () => true;
      await expectHeard(heard, [1, gap('silent')]);
      expect(b.bus.connected()).toBe(false);
      await expect.poll(() => line!.reconnects, { timeout: 10_000 }).toBeGreaterThan(1);
      line!.loses = () => false;
      await expectHeard(heard, [1, gap('silent'), gap('reconnected')]);
      expect(b.bus.connected()).toBe(true);
      await a.bus.publish('rooms', 2);
      await expectHeard(heard, [1, gap('silent'), gap('reconnected'), 2]);
    });

    test('BU6 a handler that throws, rejects or changes its payload disturbs nobody', async () => {
      const { node } = await setUp();
      const [a, b] = [await node(), await node()];
      const bad = (): never => {
        throw new Error('no');
      };
      await b.bus.subscribe('rooms', anything, bad, { onGap: bad });
      await b.bus.subscribe('rooms', anything, async () => bad(), { onGap: () => {} });
      await b.bus.subscribe('rooms', (_payload): _payload is unknown => bad(), () => {}, { onGap: () => {} });
      const change = (payload: unknown): void => void ((payload as { id: number }).id = 0);
      await b.bus.subscribe('rooms', anything, change, { onGap: () => {} });
      const heard = await b.listen('rooms');
      await a.bus.publish('rooms', { id: 1 });
      await a.bus.publish('rooms', { id: 2 });
      await expectHeard(heard, [{ id: 1 }, { id: 2 }]);
      await expect.poll(() => b.warnings.length).toBe(6);
    });

    test('BU7 what the check does not accept is left out, with one warning', async () => {
      const { node } = await setUp();
      const [a, b] = [await node(), await node()];
      const texts: string[] = [];
      await b.bus.subscribe('rooms', isText, (text) => void texts.push(text), { onGap: () => {} });
      for (const payload of ['one', 2, { three: 3 }, 'four']) await a.bus.publish('rooms', payload);
      await expectHeard(texts, ['one', 'four']);
      expect(b.warnings).toHaveLength(1);
    });

    test('BU8 what is closed hears and says nothing more', async () => {
      const { node } = await setUp();
      const [a, b, c] = [await node(), await node(), await node()];
      const [kept, atC] = [await b.listen('rooms'), await c.listen('rooms')];
      const closed: unknown[] = [];
      const hear = (payload: unknown): void => void closed.push(payload);
      const subscription = await b.bus.subscribe('rooms', anything, hear, { onGap: () => {} });
      await a.bus.publish('rooms', 1);
      await expectHeard(closed, [1]);
      subscription.close();
      subscription.close();
      await c.bus.close();
      await c.bus.close();
      await a.bus.publish('rooms', 2);
      await expectHeard(kept, [1, 2]);
      expect(closed).toEqual([1]);
      expect(atC.filter((one) => one === 2)).toEqual([]);
      await expect(c.bus.publish('rooms', 3)).rejects.toThrow('closed');
      await expect(c.listen('rooms')).rejects.toThrow('closed');
    });

    test('BU9 what somebody else writes to the line is left out', async () => {
      const { node } = await setUp();
      let raw: BusDriver | undefined;
      const a = await node({ wrap: (driver) => (raw = driver) });
      const b = await node();
      const heard = await b.listen('rooms');
      const strange = ['', 'hello', 'null', '5', '{}', '{"from":"x"}', '{"from":"x","n":"1"}', '{"from":5,"n":1}',
        '{"from":"x","n":1,"channel":5,"payload":1}', '{"from":"x","n":1,"channel":"rooms"}'];
      for (const text of strange) await raw!.publish(text);
      await settled(a.bus, heard, 'rooms');
      expect([heard, b.warnings.length]).toEqual([[], 1]);
    });
  });
}
