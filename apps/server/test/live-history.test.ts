import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient } from '@watchparty/client';
import { type ChatMessage, type LiveParticipant, roomJoin, type RoomSnapshot } from '@watchparty/protocol';
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
const PLAYERS = 8;
/** How long it may take, on a busy machine, until all is well again. */
const REST_MS = 90_000;
const seed = runSeed(process.env);
const random = seeded(seed);

let world: LiveWorld;
let positions: Positions | undefined;
let people: Person[] = [];
let fault = 'nothing';
afterEach(async () => {
  positions?.close();
  for (const person of people) person.close();
  await world?.close();
}, 60_000);

/** Everybody talks, changes what was said, reloads the page; in each room somebody commands the film now and then. */
async function tellStory(): Promise<void> {
  const endMs = performance.now() + STORY_MS;
  const goesOn = (): boolean => performance.now() < endMs;
  const lives = people.map(async (person) => {
    while (goesOn()) {
      await sleep(between(random, 50, 1500));
      const what = random();
      if (what < 0.6) person.say();
      else if (what < 0.95) await person.change();
      else if (what < 0.96) person.reload();
    }
  });
  const commands = world.rooms.map(async ({ id }) => {
    const there = people.filter(({ roomId }) => roomId === id);
    while (goesOn()) {
      await there[between(random, 0, there.length - 1)]!.command();
      await sleep(between(random, 500, 8000));
    }
  });
  for (let nth = 0; goesOn(); nth += 1) {
    // Each once, then any; and now and then some peace.
    const next = FAULTS[nth] ?? anyFault(random);
    fault = next.name;
    const disturbing = setInterval(() => positions?.disturbed(), 50);
    await next.strike(world, random).finally(() => clearInterval(disturbing));
    fault = `after: ${next.name}`;
    await sleep(nth % 4 === 3 ? 5000 : between(random, 200, 2000));
  }
  await Promise.all([...lives, ...commands]);
}

test('What people say, change and play live survives kills and broken networks: all of it, once, in order', { timeout: STORY_MS + 240_000 }, async () => {
  world = await openLiveWorld({ random, people: PEOPLE, rooms: ROOMS });
  positions = watchPositions(() => people);
  const { heard } = positions;
  people = world.users.map((user, nth) => openPerson({
    url: world.balancer.url, user, roomId: world.rooms[nth % ROOMS]!.id, random, withPlayer: nth < PLAYERS, onPlayback: heard, during: () => fault,
  }));
  await Promise.all(people.map(({ session }) => session.entered()));
  await tellStory();

  const comesToRest = (): boolean => {
    for (const person of people) person.takeBackRefused();
    return people.every(isAtRest);
  };
  await vi.waitUntil(comesToRest, { timeout: REST_MS, interval: 50 }).catch(() => {
    throw new Error(`Not everybody comes to rest: ${people.filter((person) => !isAtRest(person)).slice(0, 3).map(described).join('\n')}\n${told()}`);
  });
  await playTogether();
  await loseNode();
  for (const person of people) person.stopFollowing();
  // What was acknowledged last may still be on its way to others.
  const newest = await readRooms();
  await vi.waitUntil(() => people.every(({ session, roomId }) => session.resumePosition?.lastSeq === newest.get(roomId)?.at(-1)?.seq), { timeout: 15_000, interval: 50 }).catch(() => {});
  await expectPicturesToAgree();

  const rooms = await readRooms();
  const members = people.map(({ name, roomId, told: all, session }): Member => ({ name, roomId, beganAfterSeq: 0, told: all, shown: session.state.messages }));
  const found = liveViolations({ given: people.flatMap(({ given }) => given), members, rooms });
  const { errorsMs } = positions;
  const resumedMs = people.flatMap((person) => person.resumedMs);
  const lostMs = resumes('lose a node');
  process.stdout.write(
    `HISTORY_SEED=${seed}: ${[...rooms.values()].map(({ length }) => length).join(' + ')} messages, p50/p95/p99/most ms: ` +
    `resumed ${figures(resumedMs.map(({ ms }) => ms))} of ${resumedMs.length}, when a node was lost ${figures(lostMs)} of ${lostMs.length}, ` +
    `position error ${figures(errorsMs)} of ${errorsMs.length}\n`,
  );
  expect(found.length, `${describeLiveViolations(found)}\n${told()}`).toBe(0);
});

/** All players are in step soon after somebody has pressed play. */
async function playTogether(): Promise<void> {
  for (const { id } of world.rooms) {
    const someone = people.find(({ roomId }) => roomId === id)!;
    await vi.waitFor(() => someone.session.command({ action: 'play', position: between(random, 0, 3600) }), { timeout: 10_000, interval: 100 });
  }
  await vi.waitUntil(() => positions!.inStep(), { timeout: 30_000, interval: 20 }).catch(() => {
    throw new Error(`Not all players are in step\n${told()}`);
  });
}

/** One node is killed and stays away: everybody is back on the other one, and their films go on. */
async function loseNode(): Promise<void> {
  fault = 'lose a node';
  await world.kill(world.busiest());
  const isIn = ({ session }: Person): boolean => session.state.status === 'entered';
  await vi.waitUntil(() => people.every(isIn) && resumes('lose a node').length > 0, { timeout: 30_000, interval: 20 }).catch(() => {
    throw new Error(`Not everybody is back: ${people.filter((person) => !isIn(person)).slice(0, 3).map(described).join('\n')}\n${told()}`);
  });
  fault = 'nothing';
  await playTogether();
}

const resumes = (during: string): number[] => people.flatMap(({ resumedMs }) => resumedMs).filter((one) => one.during === during).map(({ ms }) => ms);

const told = (): string => `HISTORY_SEED=${seed}\n${world.complaints().slice(-20).join('\n')}`;
const figures = (values: readonly number[]): string => [0.5, 0.95, 0.99, 1].map((part) => quantile(values, part).toFixed(1)).join('/');
const isAtRest = ({ session: { state } }: Person): boolean => state.outgoing.length === 0 && state.upToDate;

function described({ name, live, refusals, session: { state, resumePosition } }: Person): string {
  const { status, upToDate, outgoing, error } = state;
  return JSON.stringify({ name, connection: live.connection.state, status, upToDate, outgoing, error, resumePosition, refusals: refusals.slice(-5) });
}

async function readRooms(): Promise<Map<number, ChatMessage[]>> {
  const rooms = new Map<number, ChatMessage[]>();
  for (const { id } of world.rooms) rooms.set(id, await everything(people.find(({ roomId }) => roomId === id)!.http, id));
  return rooms;
}

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
    for (const { name, live, roomId, session } of people) {
      const fresh = await live.request(roomJoin, { roomId });
      expect(pictureOf(session.state), `${name}\n${told()}`).toEqual(pictureOf(fresh));
    }
  }, { timeout: 60_000, interval: 500 });
}

type Shown = Pick<RoomSnapshot, 'playback' | 'onlineCount'> & { readonly participants: readonly LiveParticipant[] };

const pictureOf = ({ playback, onlineCount, participants, ...more }: { readonly [field in keyof Shown]: Shown[field] | undefined } & { readonly room: unknown }) => ({
  room: more.room, playback, onlineCount,
  // When somebody was last seen is not told.
  participants: participants?.map((person) => Object.assign({}, person, { lastSeenAt: undefined })),
});
