import type { Bus } from '@watchparty/redis-kit/bus';
import Type from 'typebox';
import { Check } from 'typebox/value';
import { Id, Uuid } from '@watchparty/protocol';
import type { Log } from '../../kernel/log.ts';
import type { Effect } from '../../kernel/write.ts';
import { type EffectHandler, effectKind, EffectUnavailable } from '../../outbox/index.ts';

/** Which sessions have ended: these, or all that a user had. */
const Revoked = Type.Union([
  Type.Object({ sessionIds: Type.Array(Uuid, { minItems: 1 }) }, { additionalProperties: false }),
  Type.Object({ userId: Id }, { additionalProperties: false }),
]);
export type Revoked = Type.Static<typeof Revoked>;

const CHANNEL = 'session.revoked';
const revokedEffect = effectKind('sessions.revoked', Revoked, { answerWaits: false });

/** The effect of a change: every node is told, within a second while they hear one another. */
export const revoked = (what: Revoked): Effect => revokedEffect.of(what);

export interface RevocationListener {
  /** May be called more than once for the same session. */
  revoked(what: Revoked): void;
  /** This node has not heard, or does not hear, all the others: ask again (`validateSession`) of all that is held open. */
  mayHaveMissed(): void;
}

/**
 * Tells those who hold something open for a session, on this node and all others, that it has ended. Requests need it
 * not: they ask for their session each time. Whoever opens something listens first and asks for the session then.
 */
export interface Revocations {
  readonly effects: readonly EffectHandler[];
  /** The answer ends it. */
  listen(listener: RevocationListener): () => void;
  close(): Promise<void>;
}

interface Deps {
  readonly bus: Bus;
  readonly log: Log;
}

export async function createRevocations({ bus, log }: Deps): Promise<Revocations> {
  const listeners = new Set<RevocationListener>();

  function tell(call: (listener: RevocationListener) => void): void {
    for (const listener of listeners) {
      try {
        call(listener);
      } catch (err) {
        log.error({ err }, 'Something did not take the end of a session well');
      }
    }
  }

  const subscription = await bus.subscribe(
    CHANNEL,
    (payload): payload is Revoked => Check(Revoked, payload),
    (what) => tell((listener) => listener.revoked(what)),
    { onGap: () => tell((listener) => listener.mayHaveMissed()) },
  );

  return {
    effects: [
      revokedEffect.handler(async (payloads) => {
        for (const what of payloads) {
          tell((listener) => listener.revoked(what));
          await bus.publish(CHANNEL, what).catch((cause: unknown) => {
            throw new EffectUnavailable('The other nodes cannot be told', { cause });
          });
        }
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
