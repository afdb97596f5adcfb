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

/** Whether the film has come to its end, as far as the server knows its length. PL5 */
export async function hasEnded(tx: Tx, timeline: Timeline, nowMs: number): Promise<boolean> {
  if (timeline.movieId === null || !timeline.playing) return false;
  const endMs = endsAtMs(timeline, await repo.durationOf(tx, timeline.movieId));
  return endMs !== null && endMs <= nowMs;
}
