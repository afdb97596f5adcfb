import Type from 'typebox';
import { Id, playbackState, roomExpelled, type RoomExpelledReason } from '@watchparty/protocol';
import { broadcasted, expelled } from '../../kernel/live.ts';
import type { Effect, Effects } from '../../kernel/write.ts';
import { effectKind } from '../../outbox/index.ts';
import { roomsChanged } from './rooms.cache.ts';
import type { RoomRow } from './rooms.repo.ts';
import { playbackView } from './rooms.views.ts';

export const Touched = Type.Object({ roomIds: Type.Array(Id, { minItems: 1 }) }, { additionalProperties: false });
export type Touched = Type.Static<typeof Touched>;

export const touched = effectKind('rooms.touched', Touched, { answerWaits: false, unlocked: true });

/** All who hear the room are shown it and its people anew; the cache has heard of the change already. LR3 */
export const roomTouched = (roomId: number): Effect => touched.of({ roomIds: [roomId] });

/** Something that is shown of these rooms or their people has changed: for the cache, and for all who hear them. LR3 */
export function addMoved(effects: Effects, ...roomIds: readonly number[]): void {
  effects.add(roomsChanged(roomIds));
  effects.add(touched.of({ roomIds: [...roomIds] }));
}

/** The room has another timeline. LP2 */
export function addPlayback(effects: Effects, row: RoomRow): void {
  effects.add(broadcasted(`room:${row.id}`, playbackState, playbackView(row)));
  effects.add(roomTouched(row.id));
}

/** These people are not in the room any more: they hear it no longer, and are told why. LR4 */
export function addGone(effects: Effects, roomId: number, userIds: readonly number[], reason: RoomExpelledReason): void {
  effects.add(expelled(`room:${roomId}`, userIds));
  for (const userId of userIds) effects.add(broadcasted(`user:${userId}`, roomExpelled, { roomId, reason }));
}

/** Nobody hears the room any longer. One after the other: whoever is put out first would not be told. LR4 */
export function addEverybodyGone(effects: Effects, roomId: number, reason: RoomExpelledReason): void {
  const key = `room:${roomId}:end`;
  effects.add({ ...broadcasted(`room:${roomId}`, roomExpelled, { roomId, reason }), key });
  effects.add({ ...expelled(`room:${roomId}`), key });
}
