import { randomUUID } from 'node:crypto';
import type { DirectMessage } from '@watchparty/protocol';
import { connectTo } from '@watchparty/redis-kit/test/redis';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { startTwoNodes, type TwoNodes } from '../../../test/two-nodes.ts';

let nodes: TwoNodes;
let a: TestApp;
let b: TestApp;
let make: ReturnType<typeof factoriesFor>;
beforeAll(async () => {
  nodes = await startTwoNodes();
  ({ a, b } = nodes);
  make = factoriesFor(a);
}, 60_000);
afterAll(() => nodes.close());

const PATIENT = { timeout: 20_000, interval: 20 };
const EVENTS = ['new', 'edited', 'deleted', 'reacted', 'delivered', 'read', 'typing'].map((name) => `message:${name}`);

interface Device {
  readonly socket: Socket;
  /** What came, by event, in order. */
  // Tests read whatever came.
  // oxlint-disable-next-line no-explicit-any
  readonly heard: Readonly<Record<string, any[]>>;
  // oxlint-disable-next-line no-explicit-any
  say(event: string, body: object): Promise<any>;
}

async function connect(node: TestApp, user: TestUser): Promise<Device> {
  const socket = io(node.url, { transports: ['websocket'], auth: { token: user.token }, forceNew: true, reconnection: false });
  onTestFinished(() => void socket.close());
  const heard = Object.fromEntries(EVENTS.map((name): [string, unknown[]] => [name, []]));
  for (const name of EVENTS) socket.on(name, (event) => heard[name]!.push(...(event.items ?? [event])));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return { socket, heard, say: (event, body) => socket.timeout(20_000).emitWithAck(event, body) };
}

const ids = (device: Device): string[] => device.heard['message:new']!.map(({ id }) => id);
const pair = async (): Promise<[TestUser, TestUser]> => [await make.user(), await make.user()];

test('[DM9] What is written, by HTTP or live, changed and read is told to all devices of both, on both nodes', async () => {
  const [ann, ben] = await pair();
  const stranger = await connect(b, await make.user());
  const devices = [await connect(a, ann), await connect(b, ann), await connect(a, ben), await connect(b, ben)];
  const [annA, , , benB] = devices as [Device, Device, Device, Device];

  const live = await annA.say('message:send', { receiverId: ben.id, content: 'Live', clientMessageId: randomUUID() });
  const http = await b.ask('POST', '/api/messages/send', { token: ben.token, body: { receiverId: ann.id, content: 'HTTP' } });
  expect([live.success, http.status]).toEqual([true, 201]);
  const [first, second] = [live.data, http.body.data] as [DirectMessage, DirectMessage];
  for (const device of devices) await expect.poll(() => device.heard['message:new'], PATIENT).toEqual([first, second]);

  const edited = await annA.say('message:edit', { peerId: ben.id, id: first.id, content: 'Changed' });
  const reacted = await benB.say('message:react', { peerId: ann.id, id: first.id, emoji: '👍' });
  const deleted = await benB.say('message:delete', { peerId: ann.id, id: second.id });
  expect(await annA.say('message:delivered', { peerId: ben.id, seq: 2 })).toMatchObject({ data: { deliveredSeq: 2, readSeq: 1 } });
  expect(await annA.say('message:read', { peerId: ben.id, seq: 9 })).toMatchObject({ data: { deliveredSeq: 2, readSeq: 2 } });
  for (const { heard } of devices) {
    await expect.poll(() => heard['message:edited'], PATIENT).toEqual([edited.data]);
    await expect.poll(() => heard['message:reacted'], PATIENT).toEqual([reacted.data]);
    await expect.poll(() => heard['message:deleted'], PATIENT).toEqual([deleted.data]);
    await expect.poll(() => heard['message:delivered'], PATIENT).toEqual([{ userId: ann.id, peerId: ben.id, seq: 2 }]);
    await expect.poll(() => heard['message:read'], PATIENT).toEqual([{ userId: ann.id, peerId: ben.id, seq: 2 }]);
  }
  // Whatever was told before has been heard by whoever has heard of this.
  const { data: mark } = await annA.say('message:send', { receiverId: (await make.user()).id, content: 'Mark', clientMessageId: randomUUID() });
  await expect.poll(() => ids(devices[1]!), PATIENT).toContain(mark.id);
  await stranger.say('clock:ping', { t0: 1 });
  expect(Object.values(stranger.heard).flat()).toEqual([]);
});

test('[DM3] [DM9] Hundreds of retries over both nodes and both ways are one message, told once to each device', async () => {
  const [ann, ben] = await pair();
  const devices = [await connect(a, ann), await connect(b, ann), await connect(a, ben), await connect(b, ben)];
  const body = { receiverId: ben.id, content: 'Once', clientMessageId: randomUUID() };
  const answers = await Promise.all(Array.from({ length: 80 }, (_, nth) => [
    devices[nth % 2]!.say('message:send', body).then(({ data }) => data),
    (nth % 2 === 0 ? a : b).ask('POST', '/api/messages/send', { token: ann.token, body }).then((answer) => answer.body.data),
  ]).flat());
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  const after = await devices[0]!.say('message:send', { ...body, content: 'Next', clientMessageId: randomUUID() });
  for (const device of devices) await expect.poll(() => ids(device), PATIENT).toEqual([answers[0].id, after.data.id]);
});

test('[DM1] [DM9] Many who write at once over both nodes: no gap, and each device hears each message', async () => {
  const [ann, ben] = await pair();
  const devices = [await connect(a, ann), await connect(b, ben)] as const;
  const sent = await Promise.all(Array.from({ length: 100 }, async (_, nth) => {
    const [device, from, to] = nth % 2 === 0 ? [devices[0], ann, ben] : [devices[1], ben, ann];
    const body = { receiverId: to.id, content: `${nth}`, clientMessageId: randomUUID() };
    if (nth % 4 < 2) return device.say('message:send', body);
    return (await (nth % 3 === 0 ? a : b).ask('POST', '/api/messages/send', { token: from.token, body })).body;
  }));
  const seqs = sent.map(({ data }) => data.seq as number).toSorted((x, y) => x - y);
  expect(seqs).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
  for (const device of devices) await expect.poll(() => new Set(ids(device)).size, PATIENT).toBe(100);
});

test('[DM14] Typing reaches whom one may write to, and nobody across a block', async () => {
  const [ann, ben] = await pair();
  const [writer, reader] = [await connect(a, ann), await connect(b, ben)];
  const typing = () => writer.say('message:typing', { peerId: ben.id });
  expect(await typing()).toMatchObject({ success: true });
  await expect.poll(() => reader.heard['message:typing'], PATIENT).toEqual([{ userId: ann.id, username: ann.username }]);
  const cas = await make.user();
  const other = await connect(a, cas);
  await b.ask('POST', `/api/friends/blocks/${cas.id}`, { token: ben.token });
  await other.say('message:typing', { peerId: ben.id });
  await writer.say('message:send', { receiverId: ben.id, content: 'Mark', clientMessageId: randomUUID() });
  await expect.poll(() => ids(reader), PATIENT).toHaveLength(1);
  expect(reader.heard['message:typing']).toHaveLength(1);
});

test('[DM7] [DM9] Across a block nobody learns how far the other has read', async () => {
  const [ann, ben] = await pair();
  const [annA, benB] = [await connect(a, ann), await connect(b, ben)];
  await annA.say('message:send', { receiverId: ben.id, content: 'Hello', clientMessageId: randomUUID() });
  await b.ask('POST', `/api/friends/blocks/${ann.id}`, { token: ben.token });
  expect(await benB.say('message:read', { peerId: ann.id, seq: 1 })).toMatchObject({ data: { readSeq: 1 } });
  await expect.poll(() => benB.heard['message:read'], PATIENT).toHaveLength(1);
  const { data: mark } = await annA.say('message:send', { receiverId: (await make.user()).id, content: 'Mark', clientMessageId: randomUUID() });
  await expect.poll(() => ids(annA), PATIENT).toContain(mark.id);
  expect(annA.heard['message:read']).toEqual([]);
});

test('[DM12] The hot keys are in Redis when the sender is answered, readable, and soon gone; what a node reads is fresh', async () => {
  const [ann, ben] = await pair();
  const { body: { data: message } } = await a.ask('POST', '/api/messages/send', { token: ann.token, body: { receiverId: ben.id, content: 'Hot' } });
  const keys = [`message:${message.id}`, `messages:${ann.id}:${ben.id}`];
  const redis = connectTo(nodes.redis.url);
  onTestFinished(() => redis.disconnect());
  for (const key of keys) {
    expect(await redis.get(key)).toContain('"content":"Hot"');
    expect(await redis.pttl(key)).toBeLessThanOrEqual(5000);
  }
  const read = async (node: TestApp) => (await node.ask('GET', `/api/messages/${ann.id}`, { token: ben.token })).body;
  expect(await read(b)).toMatchObject({ _cached: true, _cacheKey: keys[1], data: { items: [message] } });
  await a.ask('PATCH', `/api/messages/${ben.id}/${message.id}`, { token: ann.token, body: { content: 'Changed' } });
  expect((await read(b)).data.items).toMatchObject([{ content: 'Changed' }]);
});
