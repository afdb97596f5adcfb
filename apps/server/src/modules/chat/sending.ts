import { type ChatMention, type ChatMessage, chatMessages, excerptOf, type SendChatBody } from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createGroupedWrite } from '../../kernel/grouped-write.ts';
import { uuidv7 } from '../../kernel/ids.ts';
import { broadcasted } from '../../kernel/live.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import type { Notices } from '../notices/index.ts';
import type { Held, Place, Rooms } from '../rooms/index.ts';
import { chatsChanged } from './chat.cache.ts';
import { mayWrite } from './chat.policy.ts';
import * as chats from './chat.repo.ts';
import { messageView, replyView } from './chat.views.ts';
import { mentionsOf, namesIn } from './mentions.ts';
import * as repo from './sending.repo.ts';

export interface SendingDeps {
  readonly queries: Queries;
  readonly rooms: Pick<Rooms, 'standing' | 'hold' | 'holdFree' | 'named' | 'noteActivity'>;
  readonly notices: Pick<Notices, 'notify' | 'withdraw' | 'revise'>;
  /** What concurrent messages are committed by, together. A request's own `write` may commit more with its message. */
  readonly write: Write;
  readonly clock: Clock;
}

interface Saying extends SendChatBody {
  readonly actor: Actor;
  readonly roomId: number;
}

interface Said {
  readonly message: ChatMessage;
  /** Undefined: it was said before. */
  readonly held: Held | undefined;
}

const placeOf = ({ roomId, actor }: Saying): Place => ({ roomId, userId: actor.userId });

/** Sends messages: many at once in few statements, one alone in its own. CH1–CH3, CH6, CH7, CH9, CH12, CH14 */
export function createSending({ queries, rooms, notices, write: ownWrite, clock }: SendingDeps) {
  /** Whom each text names, of those in its room. CH7 */
  async function mentionsIn(tx: Tx, texts: readonly { readonly roomId: number; readonly content: string }[]): Promise<ChatMention[][]> {
    const names = texts.flatMap(({ roomId, content }) => namesIn(content).map((name) => ({ roomId, name })));
    const found = await rooms.named(tx, names);
    return texts.map(({ roomId, content }) => mentionsOf(content, roomId, found));
  }

  async function answeredBy(tx: Tx, sayings: readonly Saying[]): ReturnType<typeof repo.findAnswered> {
    const ids = sayings.flatMap(({ replyToId = [] }) => replyToId);
    return ids.length === 0 ? new Map() : repo.findAnswered(tx, ids);
  }

  /**
   * Says all of these; undefined for what is to be said alone: there it says why it cannot be, or that it was before.
   * Locks the rooms first, then the people in them, then the counters, each in order, as everybody does.
   */
  async function sayAll(tx: Tx, effects: Effects, sayings: readonly Saying[]): Promise<(Said | undefined)[]> {
    return say(tx, effects, sayings, await rooms.holdFree(tx, sayings.map(placeOf)));
  }

  async function say(
    tx: Tx, effects: Effects, sayings: readonly Saying[], held: readonly (Held | undefined)[],
  ): Promise<(Said | undefined)[]> {
    const answered = await answeredBy(tx, sayings);
    const now = new Date(clock.now());

    const drafts = sayings.flatMap((saying, at) => {
      const { roomId, replyToId } = saying;
      const reply = replyToId === undefined ? undefined : answered.get(replyToId);
      const replies = reply !== undefined && reply.roomId === roomId && reply.deletedAt === null;
      return held[at] === undefined || (replyToId !== undefined && !replies) ? [] : [{ at, saying, reply, held: held[at] }];
    });
    const mentions = await mentionsIn(tx, drafts.map(({ saying }) => saying));
    const messages = drafts.map(({ saying, reply, held: { positionSeconds } }, nth): repo.NewMessage => ({
      id: uuidv7(now.getTime()), roomId: saying.roomId, userId: saying.actor.userId, content: saying.content,
      playbackPositionSeconds: positionSeconds, clientMessageId: saying.clientMessageId ?? null, mentions: mentions[nth]!,
      replyToId: reply?.id ?? null, replyToSeq: reply?.seq ?? null,
    }));
    const seqs = await stored(tx, messages, now);

    const said = sayings.map((): Said | undefined => undefined);
    for (const [nth, { at, saying, reply, held: place }] of drafts.entries()) {
      const { id, content, playbackPositionSeconds, clientMessageId, mentions: named } = messages[nth]!;
      const seq = seqs.get(id);
      if (seq === undefined) continue;
      const { userId, username } = saying.actor;
      const message: ChatMessage = {
        id, roomId: saying.roomId, seq, userId, username, content, playbackPositionSeconds, clientMessageId,
        mentions: named, replyTo: reply === undefined ? null : replyView(reply), reactions: [], change: null,
        createdAt: now.toISOString(), editedAt: null, deletedAt: null,
      };
      said[at] = { message, held: place };
    }
    await notify(tx, effects, said.flatMap((one) => one?.message ?? []));
    tell(effects, said.flatMap((one) => one?.message ?? []));
    return said;
  }

  async function stored(tx: Tx, messages: readonly repo.NewMessage[], now: Date): Promise<ReadonlyMap<string, number>> {
    const [only] = messages;
    if (only === undefined) return new Map();
    if (messages.length === 1) {
      const seq = await repo.insertOne(tx, only, now);
      return new Map(seq === undefined ? [] : [[only.id, seq]]);
    }
    return repo.insertAll(tx, messages, now);
  }

  function tell(effects: Effects, messages: readonly ChatMessage[]): void {
    if (messages.length === 0) return;
    const byRoom = Map.groupBy(messages, ({ roomId }) => roomId);
    effects.add(chatsChanged([...byRoom.keys()]));
    for (const [roomId, items] of byRoom) {
      effects.add(broadcasted(`room:${roomId}`, chatMessages, { roomId, items: items.toSorted((a, b) => a.seq - b.seq) }));
    }
  }

  /** Tells all whom these messages name, and have not told yet. CH7 */
  async function notify(tx: Tx, effects: Effects, messages: readonly ChatMessage[]): Promise<void> {
    const told = messages.flatMap(({ id, roomId, seq, mentions, content, ...author }) =>
      mentions.filter(({ userId }) => userId !== author.userId).map(({ userId }) => ({
        userId, kind: 'mention' as const, subject: id, roomId, messageId: id, seq,
        from: { userId: author.userId, username: author.username }, excerpt: excerptOf(content),
      })));
    if (told.length === 0) return;
    // Who blocks somebody, or is blocked by them, is not called by them.
    const areApart = await repo.apart(tx, told.map(({ userId, from }) => [userId, from.userId]));
    await notices.notify(tx, effects, told.filter(({ userId, from }) => !areApart(userId, from.userId)));
  }

  const together = createGroupedWrite(ownWrite, sayAll);

  /** With whoever else says something now; undefined, or an error, where it is to be said alone. */
  async function sayTogether(saying: Saying): Promise<Said | undefined> {
    try {
      return await together(saying);
    } catch (error) {
      if (repo.isClientIdTaken(error)) return undefined;
      throw error;
    }
  }

  /** The message that already carries this sender's clientMessageId. CH3 */
  async function alreadySaid({ actor, roomId, clientMessageId }: Saying): Promise<Said | undefined> {
    if (clientMessageId === undefined) return undefined;
    const row = await chats.findByClientId(queries, actor.userId, clientMessageId);
    if (row !== undefined && row.room_id !== roomId) throw new Problem('chat.client_message_id_reused');
    return row && { message: messageView(row), held: undefined };
  }

  async function sayAlone(write: Write, saying: Saying): Promise<Said> {
    const { actor, roomId, replyToId } = saying;
    const before = await alreadySaid(saying);
    if (before !== undefined) return before;
    if (!mayWrite(await rooms.standing(actor, roomId))) throw new Problem('rooms.not_participant');
    const refused = new Problem(replyToId === undefined ? 'request.conflict' : 'chat.reply_not_found');
    try {
      let held: Held | undefined;
      // The message itself is what an Idempotency-Key keeps.
      const message = await write(async (tx, effects) => {
        const [said] = await say(tx, effects, [saying], [await rooms.hold(tx, placeOf(saying))]);
        if (said === undefined) throw refused;
        held = said.held;
        return said.message;
      });
      return { message, held };
    } catch (error) {
      if (error !== refused && !repo.isClientIdTaken(error)) throw error;
    }
    // Sent twice at the same moment: the other one won.
    const meanwhile = await alreadySaid(saying);
    if (meanwhile !== undefined) return meanwhile;
    // Put out, or the room removed, since we looked: looking again says which. Not in the transaction, which would
    // keep one connection while it waits for another.
    if (!mayWrite(await rooms.standing(actor, roomId))) throw new Problem('rooms.not_participant');
    throw refused;
  }

  return {
    mentionsIn,
    notify,

    async send(write: Write, actor: Actor, roomId: number, body: SendChatBody): Promise<ChatMessage> {
      const saying: Saying = { ...body, actor, roomId };
      const said = (write === ownWrite ? await sayTogether(saying) : undefined) ?? (await sayAlone(write, saying));
      if (said.held?.isStale === true) await rooms.noteActivity({ roomId, userId: actor.userId });
      return said.message;
    },
  };
}
