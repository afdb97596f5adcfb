import type { Playlist } from '@watchparty/protocol';
import type { Tx } from '../../db/index.ts';
import type { Effects } from '../../kernel/write.ts';
import { endsAtMs, type Rooms, type Timeline } from '../rooms/index.ts';
import * as calls from './calls.repo.ts';
import { inOrder } from './order.ts';
import * as repo from './playlist.repo.ts';

interface Deps {
  readonly rooms: Pick<Rooms, 'nextFilm'>;
  readonly changed: (tx: Tx, effects: Effects, roomId: number) => Promise<Playlist>;
}

/** Under the room's lock: the first film of the playlist is taken off it and plays. False when there is none. */
export type Advance = (tx: Tx, effects: Effects, roomId: number) => Promise<boolean>;

/** PL5 */
export const createAdvance = ({ rooms, changed }: Deps): Advance => async (tx, effects, roomId) => {
  await calls.forget(tx, roomId);
  const [next] = inOrder(await repo.items(tx, roomId), (await repo.settings(tx, roomId)).sorting);
  if (next === undefined) return false;
  await repo.remove(tx, next.id);
  await changed(tx, effects, roomId);
  await rooms.nextFilm.play(tx, effects, roomId, next.movie_id);
  return true;
};

/** When the film will be over if nobody acts: `stands` still, or of unknown length. */
export type FilmEnd = { readonly atMs: number } | 'stands' | 'unknown';

/** By the length that the movie has now: it may have been told or corrected since the film began. PL5 */
export async function endOf(tx: Tx, timeline: Timeline): Promise<FilmEnd> {
  if (timeline.movieId === null || !timeline.playing) return 'stands';
  const atMs = endsAtMs(timeline, await repo.durationOf(tx, timeline.movieId));
  return atMs === null ? 'unknown' : { atMs };
}

export const hasEnded = (end: FilmEnd, nowMs: number): boolean => typeof end === 'object' && end.atMs <= nowMs;
