import type { Bus } from '@watchparty/redis-kit/bus';
import { Check } from 'typebox/value';
import type { Log } from '../../kernel/log.ts';
import type { Write } from '../../kernel/write.ts';
import { type EffectHandler, effectKind, EffectUnavailable } from '../../outbox/index.ts';
import { Touched, touched } from './rooms.effects.ts';

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
  readonly write: Write;
  readonly log: Log;
}

const CHANNEL = 'rooms.touched';
/** What a node has shown its own connections, and could not tell the others. */
const unsaid = effectKind('rooms.unsaid', Touched, { answerWaits: false });

/**
 * A kind of effect whose target is away rests, and this node's own connections must not wait for Redis: they are shown
 * the rooms at once, and what the others could not be told is an effect of its own.
 */
export async function createRoomNews({ bus, write, log }: Deps): Promise<RoomNews> {
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
        const roomIds = distinct(payloads);
        tell((listener) => listener.touched(roomIds));
        await bus.publish(CHANNEL, { roomIds }).catch(() => write(async (_tx, effects) => effects.add(unsaid.of({ roomIds }))));
      }),
      unsaid.handler(async (payloads) => {
        const roomIds = distinct(payloads);
        await bus.publish(CHANNEL, { roomIds }).catch((cause: unknown) => {
          throw new EffectUnavailable('The other nodes cannot be told', { cause });
        });
        // Its writer may be gone, and this node may not have been told.
        tell((listener) => listener.touched(roomIds));
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

const distinct = (payloads: readonly Touched[]): number[] => [...new Set(payloads.flatMap(({ roomIds }) => roomIds))];
