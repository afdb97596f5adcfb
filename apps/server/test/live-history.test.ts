import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient } from '@watchparty/client';
import { type ChatMessage, type LiveParticipant, roomJoin } from '@watchparty/protocol';
import { between, runSeed, seeded } from '@watchparty/redis-kit/test/history';
import { afterEach, expect, test, vi } from 'vitest';
import { anyFault, FAULTS } from './live-faults.ts';
import { describeLiveViolations, liveViolations, type Member } from './live-history-check.ts';
import { openPerson, type Person } from './live-person.ts';
import { type Positions, quantile, watchPositions } from './live-positions.ts';
import { type LiveWorld, openLiveWorld } from './live-world.ts';

const DEEP = process.env['WATCHPARTY_DEEP'] === '1';
const PEOPLE = 50;
const ROOMS = 2;
const STORY_MS = DEEP ? 180_000 : 12_000;
const PLAYERS_PER_ROOM = 4;
const seed = runSeed(process.env);

let world: LiveWorld | undefined;
let positions: Positions | undefined;
let people: Person[] = [];
afterEach(async () => {
  positions?.close();
  for (const person of people) person.close();
  await world?.close();
}, 60_000);

test('What people say, change and play live survives kills and broken networks: all of it, once, in order', { timeout: STORY_MS + 180_000 }, async () => {
  const random = seeded(seed);
  let fault = 'nothing';
  world = await openLiveWorld({ random, people: PEOPLE, rooms: ROOMS });
  const { rooms, users, balancer } = world;
  positions = watchPositions(() => people);
  people = users.map((user, nth) => openPerson({
    url: balancer.url, user, roomId: rooms[nth % ROOMS]!.id, random, withPlayer: nth < PLAYERS_PER_ROOM * ROOMS,
    onPlayback: positions!.heard, during: () => fault,
  }));
  await Promise.all(people.map(({ session }) => session.entered()));

  const endMs = performance.now() + STORY_MS;
  const telling = (): boolean => performance.now() < endMs;
  const lives = people.map(async (person) => {
    while (telling()) {
      await sleep(between(random, 50, 1500));
      const what = random();
      if (what < 0.6) person.say();
      else if (what < 0.95) await person.change();
      else if (what < 0.96) person.reload();
    }
  });
  const commands = rooms.map(async ({ id }) => {
    const there = people.filter(({ roomId }) => roomId === id);
    while (telling()) {
      await there[between(random, 0, there.length - 1)]!.command();
      await sleep(between(random, 500, 8000));
    }
  });
  for (let nth = 0; telling(); nth += 1) {
    // Each once, then any.
    const next = FAULTS[nth] ?? anyFault(random);
    fault = next.name;
    await next.strike(world, random);
    fault = `after: ${next.name}`;
    await sleep(between(random, 200, 2000));
  }
  await Promise.all([...lives, ...commands]);

  const told = (): string => `HISTORY_SEED=${seed}\n${world!.complaints().slice(-20).join('\n')}`;
  const isDone = ({ session: { state } }: Person): boolean => state.outgoing.length === 0 && state.upToDate;
  await vi.waitUntil(() => people.every(isDone), { timeout: 60_000, interval: 50 }).catch(() => {
    const restless = people.filter((person) => !isDone(person)).slice(0, 3).map(({ name, live, refusals, session: { state, resumePosition } }) => ({
      name, connection: live.connection.state, ...state, room: undefined, participants: undefined, messages: undefined, resumePosition, refusals: refusals.slice(-5),
    }));
    throw new Error(`Not everybody comes to rest: ${JSON.stringify(restless)}\n${told()}`);
  });
  for (const person of people) person.stopFollowing();

  const messages = new Map<number, ChatMessage[]>();
  const read = async (): Promise<void> => {
    for (const { id } of rooms) messages.set(id, await everything(people.find(({ roomId }) => roomId === id)!.http, id));
  };
  await read();
  const lastOf = (roomId: number): number => messages.get(roomId)!.at(-1)?.seq ?? 0;
  // What was acknowledged last may still be on its way to the others.
  await vi.waitUntil(() => people.every(({ session, roomId }) => session.resumePosition?.lastSeq === lastOf(roomId) && session.state.upToDate), { timeout: 15_000, interval: 50 }).catch(() => {});
  await expectPicturesToAgree();
  await read();

  const members = people.map(({ name, roomId, told: heard, session }): Member => ({ name, roomId, beganAfterSeq: 0, told: heard, shown: session.state.messages }));
  const found = liveViolations({ given: people.flatMap(({ given }) => given), members, rooms: messages });
  const resumed = people.flatMap(({ resumedMs }) => resumedMs);
  const { errorsMs } = positions;
  process.stdout.write(`HISTORY_SEED=${seed}: ${JSON.stringify({
    messages: [...messages.values()].map(({ length }) => length), changes: people.map(({ session }) => session.resumePosition?.changeCursor).slice(0, ROOMS),
    resumes: resumed.length, resumedMs: figures(resumed.map(({ ms }) => ms)),
    afterKillMs: figures(resumed.filter(({ during }) => during === 'kill a node').map(({ ms }) => ms)),
    positionSamples: errorsMs.length, positionErrorMs: figures(errorsMs),
  })}\n`);
  expect(found.length, `${describeLiveViolations(found)}\n${told()}`).toBe(0);
  expect(quantile(errorsMs, 0.95)).toBeLessThan(100);
  expect(quantile(resumed.filter(({ during }) => during === 'kill a node').map(({ ms }) => ms), DEEP ? 0.95 : 0.5)).toBeLessThan(DEEP ? 2000 : 5000);
});

const figures = (values: readonly number[]): string => [0.5, 0.95, 0.99, 1].map((part) => quantile(values, part).toFixed(1)).join('/');

/** All messages of a room, from the beginning, as a new reader gets them. */
async function everything(http: HttpClient, roomId: number): Promise<ChatMessage[]> {
  const all: ChatMessage[] = [];
  for (;;) {
    const { items, nextCursor } = await http.chat.list(roomId, { after: all.at(-1)?.seq ?? 0, limit: 100 });
    all.push(...items);
    if (nextCursor === null) return all;
  }
}

/** What each person shows of room, people and playback is what somebody is shown who has just come. */
async function expectPicturesToAgree(): Promise<void> {
  await vi.waitFor(async () => {
    for (const person of people) {
      const { room, playback, participants, onlineCount } = await person.live.request(roomJoin, { roomId: person.roomId });
      const { state } = person.session;
      const fresh = { room, playback, onlineCount, participants: participants.map(stable) };
      expect({ room: state.room, playback: state.playback, onlineCount: state.onlineCount, participants: state.participants.map(stable) }, `${person.name}, HISTORY_SEED=${seed}`).toEqual(fresh);
    }
  }, { timeout: 20_000, interval: 500 });
}

/** When somebody was last seen is not told. */
const stable = (person: LiveParticipant) => ({ ...person, lastSeenAt: undefined });
