import type { Bus } from '@watchparty/redis-kit/bus';
import Type from 'typebox';
import { Check } from 'typebox/value';
import { Id, playbackState, roomExpelled, type RoomExpelledReason } from '@watchparty/protocol';
import { broadcasted, expelled } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import type { Effect, Effects } from '../../kernel/write.ts';
import { type EffectHandler, effectKind, EffectUnavailable } from '../../outbox/index.ts';
import { roomsChanged } from './rooms.cache.ts';
import type { RoomRow } from './rooms.repo.ts';
import { playbackView } from './rooms.views.ts';

const Touched = Type.Object({ roomIds: Type.Array(Id, { minItems: 1 }) }, { additionalProperties: false });
type Touched = Type.Static<typeof Touched>;

const CHANNEL = 'rooms.touched';
const touched = effectKind(CHANNEL, Touched, { answerWaits: false, unlocked: true });

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

export interface RoomListener {
  /** May be called more often than something changes. */
  touched(roomIds: readonly number[]): void;
  /** This node has not heard all the others: look again at all that is shown. */
  mayHaveMissed(): void;
}

/** Tells this node and all others which rooms to look at again. */
export interface RoomNews {
  readonly effects: readonly EffectHandler[];
  /** The answer ends it. */
  listen(listener: RoomListener): () => void;
  close(): Promise<void>;
}

interface Deps {
  readonly bus: Bus;
  readonly log: Log;
}

export async function createRoomNews({ bus, log }: Deps): Promise<RoomNews> {
  const listeners = new Set<RoomListener>();
  const tell = (call: (listener: RoomListener) => void): void => {
    for (const listener of listeners) {
      try {
        call(listener);
      } catch (err) {
        log.error({ err }, 'A listener to the rooms failed');
      }
    }
  };
  const subscription = await bus.subscribe(
    CHANNEL,
    (payload): payload is Touched => Check(Touched, payload),
    ({ roomIds }) => tell((listener) => listener.touched(roomIds)),
    { onGap: () => tell((listener) => listener.mayHaveMissed()) },
  );

  return {
    effects: [
      touched.handler(async (payloads) => {
        const roomIds = [...new Set(payloads.flatMap((payload) => payload.roomIds))];
        tell((listener) => listener.touched(roomIds));
        await bus.publish(CHANNEL, { roomIds }).catch((cause: unknown) => {
          throw new EffectUnavailable('The other nodes cannot be told', { cause });
        });
      }),
    ],
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      subscription.close();
      listeners.clear();
    },
  };
}
