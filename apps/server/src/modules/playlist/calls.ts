import { type PlaybackTally, playlistSkipping } from '@watchparty/protocol';
import type { Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { broadcasted } from '../../kernel/live.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import type { Rooms, Timeline } from '../rooms/index.ts';
import { type Advance, endOf, hasEnded } from './advance.ts';
import * as repo from './calls.repo.ts';
import { isHost } from './playlist.policy.ts';

/** Who has a room open, on whatever node. */
export interface Watchers {
  /** Those who follow the film: not those who watch at their own pace. */
  watching(roomId: number): readonly number[];
}

export interface CallsDeps {
  readonly rooms: Pick<Rooms, 'nextFilm'>;
  readonly watchers: Watchers;
  readonly advance: Advance;
  readonly clock: Clock;
}

/** A wish to skip holds for so long: those of a whole evening do not add up. */
const WISH_MS = 5 * 60_000;

export const majorityOf = (count: number): number => Math.floor(count / 2) + 1;

/** What those who watch decide together: that the next film comes. PL7 */
export function createCalls({ rooms, watchers, advance, clock }: CallsDeps) {
  type Kind = PlaybackTally['kind'];

  async function tally(tx: Tx, roomId: number, kind: Kind, timeline: Timeline): Promise<PlaybackTally> {
    const { movieId, version, commandsFrom: command } = timeline;
    const watching = new Set(watchers.watching(roomId));
    const needed = majorityOf(watching.size);
    if (movieId === null) return { roomId, kind, version, userIds: [], needed, done: false };
    const callers = await repo.callers(tx, { roomId, kind, movieId, command }, new Date(clock.now() - WISH_MS));
    const userIds = callers.filter((userId) => watching.has(userId));
    return { roomId, kind, version, userIds, needed, done: userIds.length >= needed };
  }

  /** The next film, or none; a film that has ended of itself stays where it is then. */
  async function goOn(tx: Tx, effects: Effects, { roomId, kind }: PlaybackTally): Promise<void> {
    if (!(await advance(tx, effects, roomId)) && kind === 'skip') await rooms.nextFilm.play(tx, effects, roomId, null);
  }

  interface Calling {
    readonly kind: Kind;
    readonly version: number;
  }

  async function call(write: Write, actor: Actor, roomId: number, { kind, version }: Calling): Promise<PlaybackTally> {
    return write(async (tx, effects) => {
      const { role, timeline } = await rooms.nextFilm.lockAs(tx, roomId, actor);
      // What the server does by itself, such as waiting for somebody, is no other film.
      if (version < timeline.commandsFrom || version > timeline.version) {
        throw new Problem('rooms.playback_version_conflict');
      }
      if (timeline.movieId === null) throw new Problem('playlist.nothing_plays');
      const end = kind === 'ended' ? await endOf(tx, timeline) : 'unknown';
      const counts = end === 'unknown';
      const about = { roomId, kind, movieId: timeline.movieId, command: timeline.commandsFrom };
      if (counts) await repo.record(tx, about, actor.userId, new Date(clock.now()));
      const counted = await tally(tx, roomId, kind, timeline);
      const decided = { ...counted, done: counts ? counted.done || isHost(role) : hasEnded(end, clock.now()) };
      if (decided.done) await goOn(tx, effects, decided);
      if (kind === 'skip') effects.add(broadcasted(`room:${roomId}`, playlistSkipping, decided));
      return decided;
    });
  }

  return {
    skip: (write: Write, actor: Actor, roomId: number, version: number) => call(write, actor, roomId, { kind: 'skip', version }),

    ended: (write: Write, actor: Actor, roomId: number, version: number) => call(write, actor, roomId, { kind: 'ended', version }),

    /** Some of those who watched do no more: perhaps those who are left have decided already. */
    async recount(write: Write, roomId: number): Promise<void> {
      await write(async (tx, effects) => {
        const timeline = await rooms.nextFilm.lockTimeline(tx, roomId);
        if (timeline?.movieId == null) return;
        for (const kind of ['skip', 'ended'] as const) {
          const counted = await tally(tx, roomId, kind, timeline);
          if (!counted.done || counted.userIds.length === 0) continue;
          await goOn(tx, effects, counted);
          if (kind === 'skip') effects.add(broadcasted(`room:${roomId}`, playlistSkipping, counted));
          return;
        }
      });
    },

    /**
     * The film of this version has ended, if it has: decided once, on however many nodes it is asked. Answers when to ask
     * again; undefined: no more of this version. PL5
     */
    async goOnAtEnd(write: Write, roomId: number, version: number): Promise<number | undefined> {
      return write(async (tx, effects) => {
        const timeline = await rooms.nextFilm.lockTimeline(tx, roomId);
        if (timeline?.version !== version) return undefined;
        const end = await endOf(tx, timeline);
        if (hasEnded(end, clock.now())) await advance(tx, effects, roomId);
        else if (typeof end === 'object') return end.atMs;
        return undefined;
      });
    },
  };
}
