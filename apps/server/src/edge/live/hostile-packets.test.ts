import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { type Data, startEdge } from './test/edge.ts';
import { thing } from './test/things.ts';

const names = fc.oneof(
  fc.constantFrom('thing:do', 'thing:free', 'clock:ping', 'error', 'disconnect', 'connect', '__proto__', 'constructor', 'hasOwnProperty', 'newListener', '\0too-large'),
  fc.string(),
);
const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'roomId', 'text', 'toJSON', '_placeholder', 'num'));
const nested = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 }, fc.anything({ maxDepth: 2, withNullPrototype: false }), fc.double(), fc.string(),
    fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
})).value;
const json = (value: unknown): string => {
  const text = JSON.stringify(value, (_name, one: unknown) => (typeof one === 'bigint' ? `${one}` : one)) as string | undefined;
  return text ?? 'null';
};
/** What a program may write onto a connection that is open: events of every making, and what is no event at all. */
const packets = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(names, fc.array(nested, { maxLength: 3 }), fc.option(fc.nat(1e6))).map(([name, given, id]) => `42${id ?? ''}[${[name, ...given].map(json).join(',')}]`) },
  fc.nat(1e9).map((count) => `45${count}-["thing:do",{"_placeholder":true,"num":0}]`),
  fc.uint8Array({ maxLength: 100 }),
  fc.constant(`42["thing:do",{"text":"${'x'.repeat(70_000)}"}]`),
  fc.constant(`42["thing:do",${'['.repeat(20_000)}${']'.repeat(20_000)}]`),
  fc.constant('42["thing:do",{"__proto__":{"roomId":5},"text":"polluted"}]'),
  fc.constantFrom('43[]', '430[1,2]', '46-', '42', '421', '42{}', '42["a"', '41', '40', '44{}', '49', '4', '3', '3probe', '2', '5', '1', '6', '', 'b4AAAA', '40/admin,{}', '42/admin,["x"]'),
  fc.string().map((text) => `4${text}`),
);

test('[LV8] Whatever a connection sends: nothing is done but what was asked properly, nothing breaks, and nobody else notices', { timeout: 120_000 }, async () => {
  const { handler, done } = thing();
  const free = thing('thing:free', { limit: 'none', guests: true });
  const edge = await startEdge({ modules: [{ handlers: [handler, free.handler] }] });
  onTestFinished(() => edge.close());
  const bystander = await edge.connect('1');
  const thrown: unknown[] = [];
  const onThrown = (error: unknown): void => void thrown.push(error);
  process.on('uncaughtExceptionMonitor', onThrown);
  process.on('unhandledRejection', onThrown);
  onTestFinished(() => {
    process.off('uncaughtExceptionMonitor', onThrown);
    process.off('unhandledRejection', onThrown);
  });

  const before = Object.getOwnPropertyNames(Object.prototype);
  await fc.assert(
    fc.asyncProperty(fc.array(packets, { maxLength: 12 }), async (sent) => {
      const socket = new WebSocket(`${edge.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
      socket.binaryType = 'arraybuffer';
      const answers: Data[] = [];
      const opened = new Promise<void>((resolve) => {
        socket.addEventListener('message', ({ data }) => {
          if (String(data).startsWith('0')) socket.send('40{"token":"2"}');
          else if (String(data).startsWith('40')) resolve();
          else if (String(data).startsWith('43')) answers.push((JSON.parse(String(data).replace(/^43\d+/, '')) as Data[])[0]);
        });
      });
      const closed = new Promise<void>((resolve) => { socket.addEventListener('close', () => resolve()); });
      await opened;
      for (const packet of sent) socket.send(packet);
      // The last one is answered if the connection still stands.
      socket.send('42999999999["clock:ping",{"t0":1}]');
      let gone = false;
      void closed.then(() => (gone = true));
      await expect.poll(() => gone || answers.some((answer) => answer?.data?.t0 === 1), { timeout: 20_000, interval: 1 }).toBe(true);
      socket.close();
      await closed;
      for (const answer of answers) expect(answer.success === true || typeof answer.code === 'string').toBe(true);
      for (const answer of answers) expect(answer.code).not.toBe('service.internal');
      expect(await bystander.timeout(20_000).emitWithAck('thing:do', { text: 'still here' })).toMatchObject({ success: true });
    }),
    { numRuns: 150 },
  );
  for (const body of [...done, ...free.done] as { roomId?: unknown; text?: unknown }[]) {
    expect(Object.keys(body).filter((name) => name !== 'roomId' && name !== 'text')).toEqual([]);
    expect(['undefined', 'number']).toContain(typeof body.roomId);
    expect(['undefined', 'string']).toContain(typeof body.text);
    expect(body.text).not.toBe('polluted');
  }
  expect(thrown).toEqual([]);
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  await expect.poll(() => [...edge.live.here('user:2')].length, { timeout: 20_000 }).toBe(0);
});

test('[LV8] More than 256 KiB at once ends the connection that sent it, and no other', async () => {
  const edge = await startEdge();
  onTestFinished(() => edge.close());
  const [sender, bystander] = [await edge.connect('1'), await edge.connect('2')];
  const gone = new Promise((resolve) => { sender.once('disconnect', resolve); });
  sender.emit('thing:do', 'x'.repeat(300_000));
  await gone;
  expect((await bystander.emitWithAck('clock:ping', { t0: 1 })).success).toBe(true);
});
