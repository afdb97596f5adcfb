import type { Tx } from '../../db/index.ts';

export interface Call {
  readonly roomId: number;
  readonly kind: 'skip' | 'ended';
  readonly movieId: number;
  /** The version of the timeline that somebody’s latest command made. */
  readonly command: number;
}

/** The person's latest call of this kind replaces the one before. */
export async function record(tx: Tx, { roomId, kind, movieId, command }: Call, userId: number, now: Date): Promise<void> {
  const said = { movie_id: movieId, version: command, called_at: now };
  await tx.insertInto('playlist_calls').values({ room_id: roomId, user_id: userId, kind, ...said })
    .onConflict((conflict) => conflict.columns(['room_id', 'kind', 'user_id']).doUpdateSet(said)).execute();
}

/** Who has called so about this film since then; about its end: since the latest command alone. */
export async function callers(tx: Tx, { roomId, kind, movieId, command }: Call, since: Date): Promise<number[]> {
  let calls = tx.selectFrom('playlist_calls').select('user_id')
    .where('room_id', '=', roomId).where('kind', '=', kind).where('movie_id', '=', movieId).where('called_at', '>', since);
  if (kind === 'ended') calls = calls.where('version', '=', command);
  return (await calls.orderBy('called_at').orderBy('user_id').execute()).map(({ user_id }) => user_id);
}

export async function forget(tx: Tx, roomId: number): Promise<void> {
  await tx.deleteFrom('playlist_calls').where('room_id', '=', roomId).execute();
}
