import Type from 'typebox';
import { type Channel, LIVE_BROADCAST, LIVE_EXPELLED } from '../../kernel/live.ts';
import { type EffectHandler, effectKind, EffectUnavailable } from '../../outbox/index.ts';
import type { Fits } from './fits.ts';
import type { Word } from './line.ts';
import type { Outgoing } from './outgoing.ts';

const ChannelName = Type.Unsafe<Channel>(Type.String({ pattern: '^(?:room|user):[1-9]\\d*$' }));
const Broadcast = Type.Object(
  { channel: ChannelName, event: Type.String(), payload: Type.Record(Type.String(), Type.Unknown()) },
  { additionalProperties: false },
);
const Expelled = Type.Object(
  { channel: ChannelName, userIds: Type.Optional(Type.Array(Type.Integer())) },
  { additionalProperties: false },
);

const broadcast = effectKind(LIVE_BROADCAST, Broadcast, { answerWaits: false });
const expelled = effectKind(LIVE_EXPELLED, Expelled, { answerWaits: false });

interface Deps {
  readonly outgoing: Outgoing;
  readonly fits: Fits;
  /** Puts out this node's own. */
  readonly expel: (channel: Channel, userIds?: readonly number[]) => void;
}

/** So many told here and not yet elsewhere are remembered; of more, some are told here again. */
const MAX_TOLD = 10_000;

/**
 * What changes bring to open connections. While the other nodes cannot be told, this node's own are, once, and the effect
 * stays in the outbox.
 */
export function createEffects({ outgoing, fits, expel }: Deps): EffectHandler[] {
  const toldHere = new Set<string>();

  return [
    broadcast.handler(async (payloads, ids) => {
      const events = payloads.map(({ event, payload }) => fits(event, payload));
      const told = payloads.map(({ channel, payload }, nth) => {
        const here = !toldHere.has(ids[nth]!);
        if (here && toldHere.size < MAX_TOLD) toldHere.add(ids[nth]!);
        return outgoing.tellSurely(channel, events[nth]!, payload, here ? 'everywhere' : 'elsewhere');
      });
      await surely(Promise.all(told));
      for (const id of ids) toldHere.delete(id);
    }),
    expelled.handler(async (payloads) => {
      const words = payloads.map(({ channel, userIds }): Word => ({ expel: userIds === undefined ? [channel] : [channel, userIds] }));
      // Whoever is put out has heard what came before.
      const said = outgoing.flush(words);
      for (const { channel, userIds } of payloads) expel(channel, userIds);
      await surely(said);
    }),
  ];
}

async function surely(said: Promise<unknown>): Promise<void> {
  try {
    await said;
  } catch (cause) {
    throw new EffectUnavailable('The other nodes cannot be told', { cause });
  }
}
