import Type, { type Static } from 'typebox';
import { type Channel, LIVE_BROADCAST, LIVE_EXPELLED } from '../../kernel/live.ts';
import type { Write } from '../../kernel/write.ts';
import { type EffectHandler, effectKind, EffectUnavailable } from '../../outbox/index.ts';
import type { Fits } from './fits.ts';
import { type Line, type Word, Words } from './line.ts';
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
/** What a node has told its own connections, and could not tell the others. */
const Unsaid = Type.Object({ node: Type.String(), words: Words }, { additionalProperties: false });

const OPTIONS = { answerWaits: false, unlocked: true };
const broadcast = effectKind(LIVE_BROADCAST, Broadcast, OPTIONS);
const expelled = effectKind(LIVE_EXPELLED, Expelled, OPTIONS);
const unsaid = effectKind('live.unsaid', Unsaid, { answerWaits: false });

interface Deps {
  /** This node's name. */
  readonly node: string;
  readonly outgoing: Outgoing;
  readonly fits: Fits;
  readonly line: Pick<Line, 'say'>;
  /** Does to this node's own connections what another node's word says. */
  readonly hear: (word: Word) => void;
  readonly write: Write;
}

/**
 * What changes bring to open connections. A kind whose target is away rests, and this node's own connections must not
 * wait for Redis: so they are told at once, and what the other nodes could not be told is written down as an effect of
 * its own, which waits for Redis.
 */
export function createEffects({ node, outgoing, fits, line, hear, write }: Deps): EffectHandler[] {
  async function surely(said: Promise<void>, words: readonly Word[]): Promise<void> {
    try {
      await said;
    } catch {
      await write(async (_tx, effects) => effects.add(unsaid.of({ node, words: words as Static<typeof Words> })));
    }
  }

  return [
    broadcast.handler(async (payloads) => {
      const events = payloads.map(({ event, payload }) => fits(event, payload));
      const said = payloads.map(({ channel, payload }, nth) => outgoing.tellSurely(channel, events[nth]!, payload));
      await surely(said.at(-1)!, payloads.map(({ channel, event, payload }) => ({ tell: [channel, event, payload] })));
    }),
    expelled.handler(async (payloads) => {
      const words = payloads.map(({ channel, userIds }): Word => ({ expel: userIds === undefined ? [channel] : [channel, userIds] }));
      // Whoever is put out has heard what came before.
      const said = outgoing.flush(words);
      for (const word of words) hear(word);
      await surely(said, words);
    }),
    unsaid.handler(async (payloads) => {
      const words = payloads.flatMap((payload) => payload.words as Word[]);
      try {
        await line.say(words);
      } catch (cause) {
        throw new EffectUnavailable('The other nodes cannot be told', { cause });
      }
      // Its writer may be gone, and with it those whom it told: its words are new here.
      for (const payload of payloads) if (payload.node !== node) for (const word of payload.words as Word[]) hear(word);
    }),
  ];
}
