import { chatTypes, liveMissed, roomReaction } from '@watchparty/protocol';
import type { Socket } from 'socket.io-client';
import { afterEach, expect, test } from 'vitest';
import { broadcasted, type Channel, expelled, type LiveModule, liveHandler, type LiveSocket } from '../../kernel/live.ts';
import type { Effect } from '../../kernel/write.ts';
import type { LineListener, Word } from './line.ts';
import { type Edge, type EdgeOptions, startEdge } from './test/edge.ts';
import { thingDo, withName } from './test/things.ts';

let edge: Edge;
afterEach(() => edge.close());

const left: [number, Channel][] = [];
/** `thing:do` and `thing:leave` join and leave the room. */
const rooms: LiveModule = {
  handlers: [
    liveHandler({ event: thingDo, handle: ({ socket, body }) => (socket.join(`room:${body.roomId!}`), { done: 1 }) }),
    liveHandler({ event: withName('thing:leave'), handle: ({ socket, body }) => (socket.leave(`room:${body.roomId!}`), { done: 1 }) }),
  ],
  left: (socket, channel) => left.push([socket.actor.userId, channel]),
};
const start = async (options: EdgeOptions = {}): Promise<void> => {
  left.length = 0;
  edge = await startEdge({ modules: [rooms], ...options });
};

interface Member {
  readonly socket: Socket;
  /** Names and payloads, in order. */
  readonly heard: [string, unknown][];
}

async function member(token: string, roomId = 5, transports: readonly string[] = ['websocket']): Promise<Member> {
  const socket = await edge.connect(token, { transports });
  const heard: [string, unknown][] = [];
  socket.onAny((name: string, payload) => heard.push([name, payload]));
  await socket.emitWithAck('thing:do', { roomId });
  return { socket, heard };
}

/** What was told before has arrived. */
const settled = async (...members: readonly Member[]): Promise<void> => {
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  for (const { socket } of members) await socket.emitWithAck('clock:ping', { t0: 0 });
};

const typing = (userId: number, roomId = 5) => ({ roomId, userId, username: `user${userId}` });
const reaction = (...emoji: string[]) => ({ roomId: 5, items: emoji.map((one) => ({ userId: 7, username: 'user7', emoji: one })) });

test('[LV13] What is told to a room all in it hear, each once, and nobody else; what is told to a user all their connections', async () => {
  await start();
  const [a, b, other] = [await member('7'), await member('8'), await member('9', 6)];
  const second = await member('8.1', 6);
  edge.live.tell('room:5', chatTypes, typing(1));
  edge.live.tellHere('room:5', chatTypes, typing(2));
  edge.live.tell('user:8', liveMissed, {});
  edge.live.tell('room:77', chatTypes, typing(1));
  for (const socket of edge.live.here('user:9')) socket.tell(chatTypes, typing(3));
  await settled(a, b, other, second);
  expect(a.heard).toEqual([['chat:typing', typing(1)], ['chat:typing', typing(2)]]);
  expect(b.heard).toEqual([['chat:typing', typing(1)], ['chat:typing', typing(2)], ['live:missed', {}]]);
  expect(second.heard).toEqual([['live:missed', {}]]);
  expect(other.heard).toEqual([['chat:typing', typing(3)]]);
});

test('[LV13] What one turn brings upon one another goes out as one event, and nothing overtakes anything', async () => {
  const broadcasts: [string, number][] = [];
  await start({ telemetry: { liveBroadcast: (name, gathered) => broadcasts.push([name, gathered]) } });
  const a = await member('7');
  edge.live.tell('room:5', roomReaction, reaction('🎬', '🎉'));
  edge.live.tell('room:5', roomReaction, reaction('🍿'));
  edge.live.tell('room:6', roomReaction, reaction('👻'));
  edge.live.tell('room:5', roomReaction, reaction('😀'));
  edge.live.tell('room:5', chatTypes, typing(1));
  edge.live.tell('room:5', chatTypes, typing(2));
  edge.live.tell('room:5', roomReaction, reaction('😢'));
  await settled(a);
  edge.live.tell('room:5', roomReaction, reaction('👏'));
  await settled(a);
  expect(a.heard).toEqual([
    ['room:reaction', reaction('🎬', '🎉', '🍿', '😀')],
    ['chat:typing', typing(1)],
    ['chat:typing', typing(2)],
    ['room:reaction', reaction('😢')],
    ['room:reaction', reaction('👏')],
  ]);
  expect(broadcasts).toEqual([['room:reaction', 3], ['chat:typing', 1], ['chat:typing', 1], ['room:reaction', 1], ['room:reaction', 1]]);
});

test('[LV13] What is gathered stays small enough to be heard between two others, and what was given is left as it was', async () => {
  await start();
  const a = await member('7');
  const given = reaction('🎬');
  for (let nth = 0; nth < 450; nth += 1) edge.live.tell('room:5', roomReaction, given);
  await settled(a);
  expect(a.heard.map(([, payload]) => (payload as typeof given).items.length)).toEqual([200, 200, 50]);
  expect(given.items.length).toBe(1);
});

test('[LV13] However long it is and in whatever alphabet, and by long polling too, it arrives whole and in its order', async () => {
  await start();
  const [a, polling] = [await member('7'), await member('8', 5, ['polling'])];
  const told: string[] = [];
  const say = (username: string, channel: 'one' | 'all'): void => {
    told.push(username);
    if (channel === 'all') edge.live.tell('room:5', chatTypes, { ...typing(1), username });
    else for (const socket of edge.live.here('room:5')) socket.tell(chatTypes, { ...typing(1), username });
  };
  // Around the lengths at which a WebSocket writes them otherwise, and the first alone: both ways of telling take turns.
  const lengths = [1, ...Array.from({ length: 20 }, (_, nth) => 25 + nth), ...Array.from({ length: 12 }, (_, nth) => 32_732 + nth), 65_600];
  for (const length of lengths) {
    say('ж'.repeat(length), 'all');
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    say(`x${length}`, 'one');
    say('y'.repeat(length), 'all');
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  }
  await settled(a, polling);
  for (const { heard } of [a, polling]) expect(heard.map(([, payload]) => (payload as { username: string }).username)).toEqual(told);
});

test('[LV18] What is not declared, or does not fit its schema, does not go out', async () => {
  await start();
  const a = await member('7');
  edge.live.tell('room:5', { ...chatTypes, name: 'chat:shouting' }, typing(1));
  edge.live.tell('room:5', chatTypes, { ...typing(1), password: 'hash' } as never);
  edge.live.tell('room:5', chatTypes, { roomId: 5 } as never);
  edge.live.tell('room:5', chatTypes, typing(2));
  await settled(a);
  expect(a.heard).toEqual([['chat:typing', typing(2)]]);
  expect(edge.lines.filter((line) => line.includes('could not be told')).length).toBe(3);
});

test('[LV22] Modules are told of each channel that is left: by the client, by its going, by being put out', async () => {
  await start();
  const [a, b, c] = [await member('7'), await member('8'), await member('9')];
  await a.socket.emitWithAck('thing:leave', { roomId: 5 });
  expect(left).toEqual([[7, 'room:5']]);
  b.socket.close();
  await expect.poll(() => left.slice(1)).toEqual(expect.arrayContaining([[8, 'room:5'], [8, 'user:8']]));
  await apply(expelled('room:5', [9]));
  expect(left.slice(3)).toEqual([[9, 'room:5']]);
  expect(c.socket.connected).toBe(true);
});

test('[LV22] One that has gone before it could join is in no channel', async () => {
  let late: LiveSocket | undefined;
  const slow: LiveModule = {
    handlers: [liveHandler({
      event: withName('thing:late'),
      async handle({ socket }) {
        late = socket;
        await expect.poll(() => left.length).toBeGreaterThan(0);
        socket.join('room:5');
        return { done: 1 };
      },
    })],
  };
  await start({ modules: [rooms, slow] });
  const socket = await edge.connect('7');
  socket.emit('thing:late', {});
  await expect.poll(() => late).toBeDefined();
  socket.close();
  await expect.poll(() => left).toEqual([[7, 'user:7']]);
  await settled();
  expect([...edge.live.here('room:5')]).toEqual([]);
});

const apply = async ({ kind, payload }: Effect): Promise<void> => {
  const handler = edge.edge.effects.find((one) => one.kind === kind)!;
  await handler.apply([payload], ['01890000-0000-7000-8000-000000000001'], undefined);
};

test('[LV15] Whoever is put out has heard everything before it, and hears nothing after', async () => {
  await start();
  const [a, b] = [await member('7'), await member('8')];
  edge.live.tell('room:5', chatTypes, typing(1));
  await apply(expelled('room:5', [7]));
  edge.live.tell('room:5', chatTypes, typing(2));
  await settled(a, b);
  expect([a.heard.length, b.heard.length]).toEqual([1, 2]);
  await apply(expelled('room:5'));
  edge.live.tell('room:5', chatTypes, typing(3));
  await settled(a, b);
  expect([a.heard.length, b.heard.length]).toEqual([1, 2]);
});

/** A line that a test holds in its hand. */
function handLine() {
  const said: (readonly Word[])[] = [];
  let listener: LineListener | undefined;
  let away = false;
  return {
    said,
    cut: (is: boolean) => void (away = is),
    hear: (words: readonly Word[]) => listener!.heard(words),
    miss: () => listener!.missed(),
    line: {
      say: async (words: readonly Word[]) => {
        if (away) throw new Error('away');
        said.push(words);
      },
      listen: (to: LineListener) => void (listener = to),
      onBack: () => {},
      close: async () => {},
    },
  };
}

test('[LV13] [LV15] One turn is said to the other nodes at once; what they say is done here, and not said again', async () => {
  const { line, said, hear } = handLine();
  await start({ line });
  const a = await member('7');
  edge.live.tell('room:5', chatTypes, typing(1));
  edge.live.tell('room:9', roomReaction, reaction('🎬'));
  edge.live.tell('room:9', roomReaction, reaction('🎉'));
  edge.live.tellHere('room:5', chatTypes, typing(2));
  await settled(a);
  expect(said).toEqual([[{ tell: ['room:5', 'chat:typing', typing(1)] }, { tell: ['room:9', 'room:reaction', reaction('🎬', '🎉')] }]]);
  hear([{ tell: ['room:5', 'chat:typing', typing(3)] }, { expel: ['room:5', [7]] }, { tell: ['room:5', 'chat:typing', typing(4)] }]);
  await settled(a);
  expect(a.heard.map(([, payload]) => (payload as { userId: number }).userId)).toEqual([1, 2, 3]);
  expect(said.length).toBe(1);
});

test('[LV14] [LV17] With the line away this node’s are told at once and once, and the rest is written down for the others', async () => {
  const { line, said, cut } = handLine();
  const written: Effect[] = [];
  await start({ line, write: async (work) => work(undefined as never, { add: (effect) => void written.push(effect) }) });
  const a = await member('7');
  cut(true);
  await apply(broadcasted('room:5', chatTypes, typing(1)));
  await apply(expelled('room:5', [8]));
  await settled(a);
  expect(a.heard).toEqual([['chat:typing', typing(1)]]);
  expect(written.map(({ kind }) => kind)).toEqual(['live.unsaid', 'live.unsaid']);

  await expect(apply(written[0]!)).rejects.toMatchObject({ name: 'EffectUnavailable' });
  cut(false);
  for (const effect of written) await apply(effect);
  expect(said).toEqual([[{ tell: ['room:5', 'chat:typing', typing(1)] }], [{ expel: ['room:5', [8]] }]]);
  await settled(a);
  expect(a.heard.length).toBe(1);
  // Another node's that has gone: nobody was told here.
  await apply({ ...written[0]!, payload: { ...written[0]!.payload, node: 'another' } });
  await settled(a);
  expect(a.heard.length).toBe(2);
});

test('[LV14] A broadcast that does not fit is a bad effect, not one whose target is away', async () => {
  await start();
  await expect(apply(broadcasted('room:5', chatTypes, { roomId: 5 } as never))).rejects.toMatchObject({ name: 'Error' });
});

test('[LV16] When something was missed everybody is told to look again', async () => {
  const { line, miss } = handLine();
  await start({ line });
  const [a, b] = [await member('7'), await member('8', 6)];
  miss();
  await settled(a, b);
  expect([a.heard, b.heard]).toEqual([[['live:missed', {}]], [['live:missed', {}]]]);
});
