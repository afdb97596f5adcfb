import { type DirectMessage, messageNew, type SendMessageBody } from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createGroupedWrite } from '../../kernel/grouped-write.ts';
import { uuidv7 } from '../../kernel/ids.ts';
import { enqueued } from '../../kernel/job.ts';
import { broadcasted } from '../../kernel/live.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import type { Pictures } from '../accounts/index.ts';
import type { Hot } from './hot.ts';
import { conversationsChanged } from './messages.cache.ts';
import { makeThumbnail } from './messages.jobs.ts';
import { refusalOf } from './messages.policy.ts';
import * as messages from './messages.repo.ts';
import { messageView } from './messages.views.ts';
import { hostedImage, isOwnImage } from './message-images.ts';
import { type Pair, pairKey, pairOf } from './pair.ts';
import * as repo from './sending.repo.ts';

export interface SendingDeps {
  readonly queries: Queries;
  readonly pictures: Pick<Pictures, 'attach'>;
  readonly hot: Pick<Hot, 'keep'>;
  /** What concurrent messages are committed by, together. A request's own `write` may commit more with its message. */
  readonly write: Write;
  readonly clock: Clock;
}

interface Sending extends SendMessageBody {
  readonly actor: Actor;
}

const attemptOf = ({ actor, receiverId, clientMessageId }: Sending): repo.Attempt =>
  ({ senderId: actor.userId, receiverId, clientMessageId: clientMessageId ?? null });
const pairIn = ({ actor, receiverId }: Sending): Pair => pairOf(actor.userId, receiverId);

/** Sends messages: many at once in few statements, one alone in its own. DM1–DM3, DM8–DM10 */
export function createSending({ queries, pictures, hot, write: ownWrite, clock }: SendingDeps) {
  async function answeredBy(tx: Tx, sendings: readonly Sending[]): ReturnType<typeof repo.findAnswered> {
    const ids = sendings.flatMap(({ replyToId = [] }) => replyToId);
    return ids.length === 0 ? new Map() : repo.findAnswered(tx, ids);
  }

  /** What a message answers: one of the same two that is not deleted. `false`: there is none. */
  function replyIn(answered: ReadonlyMap<string, repo.Answered>, sending: Sending): repo.Answered | undefined | false {
    if (sending.replyToId === undefined) return undefined;
    const reply = answered.get(sending.replyToId);
    return reply !== undefined && reply.deletedAt === null && pairKey(reply) === pairKey(pairIn(sending)) && reply;
  }

  function draft(sending: Sending, reply: repo.Answered | undefined, imageUrl: string | null): repo.NewMessage {
    return {
      id: uuidv7(clock.now()), ...attemptOf(sending), content: sending.content, imageUrl,
      publicId: imageUrl === null ? null : (sending.publicId ?? null), replyToId: reply?.id ?? null, replyToSeq: reply?.seq ?? null,
    };
  }

  function view(message: repo.NewMessage, seq: number, reply: repo.Answered | undefined, now: Date): DirectMessage {
    const { lowerId, higherId } = pairOf(message.senderId, message.receiverId);
    return messageView({
      id: message.id, lower_id: lowerId, higher_id: higherId, seq, sender_id: message.senderId, content: message.content,
      image_url: message.imageUrl, public_id: message.publicId, thumbnail_url: null, client_message_id: message.clientMessageId,
      answered: reply ?? null, reactions: null, change: null, created_at: now, edited_at: null, deleted_at: null,
    });
  }

  /** A message is told to the devices of both. DM9 */
  function tell(effects: Effects, sent: readonly DirectMessage[]): void {
    const pairs = new Map(sent.map(({ senderId, receiverId }) => pairOf(senderId, receiverId)).map((pair) => [pairKey(pair), pair]));
    effects.add(conversationsChanged([...pairs.values()]));
    const heard = sent.flatMap((message) => [message.receiverId, message.senderId].map((userId) => ({ userId, message })));
    for (const [userId, items] of Map.groupBy(heard, (one) => one.userId)) {
      effects.add(broadcasted(`user:${userId}`, messageNew, { items: items.map(({ message }) => message) }));
    }
  }

  /** One, with its own statement. The standing is asked under the conversation's lock, so after the insert. DM2 */
  async function sendOne(tx: Tx, effects: Effects, sending: Sending): Promise<DirectMessage> {
    const reply = replyIn(await answeredBy(tx, [sending]), sending);
    if (reply === false) throw new Problem('messages.reply_not_found');
    const now = new Date(clock.now());
    const message = draft(sending, reply, await imageOf(tx, sending));
    const seq = await repo.insertOne(tx, message, now);
    const [standing] = await repo.standings(tx, [attemptOf(sending)]);
    const refusal = refusalOf(standing!);
    if (refusal !== undefined) throw new Problem(refusal);
    const sent = view(message, seq, reply, now);
    if (isOwnImage(message.publicId)) effects.add(enqueued(makeThumbnail, { id: sent.id }));
    tell(effects, [sent]);
    return sent;
  }

  async function imageOf(tx: Tx, { actor, imageUrl, publicId }: Sending): Promise<string | null> {
    if (!isOwnImage(publicId)) return hostedImage({ imageUrl, publicId });
    const address = await pictures.attach(tx, actor, publicId);
    if (imageUrl !== undefined && imageUrl !== address) throw new Problem('messages.image_invalid');
    return address;
  }

  /** Sends all of these; undefined for what is to be sent alone: there it says why it cannot be, or that it was before. */
  async function sendAll(tx: Tx, effects: Effects, sendings: readonly Sending[]): Promise<(DirectMessage | undefined)[]> {
    const [only] = sendings;
    if (only !== undefined && sendings.length === 1) return [await sendOne(tx, effects, only)];
    const answered = await answeredBy(tx, sendings);
    const pairs = new Map(sendings.map(pairIn).map((pair) => [pairKey(pair), pair]));
    const conversations = await repo.openConversations(tx, [...pairs.values()]);
    const standings = await repo.standings(tx, sendings.map(attemptOf));
    const now = new Date(clock.now());
    const inBatch = new Set<string>();
    const drafts = sendings.flatMap((sending, at) => {
      const reply = replyIn(answered, sending);
      const { senderId, clientMessageId } = attemptOf(sending);
      const again = clientMessageId !== null && inBatch.size === inBatch.add(`${senderId} ${clientMessageId}`).size;
      const refused = standings[at]!.taken || again || reply === false || refusalOf(standings[at]!) !== undefined;
      const conversation = conversations.get(pairKey(pairIn(sending)));
      if (refused || conversation === undefined) return [];
      const message = draft(sending, reply, hostedImage(sending));
      return [{ at, message, reply, seq: countIn(conversations, conversation, senderId) }];
    });
    const sent = sendings.map((): DirectMessage | undefined => undefined);
    if (drafts.length === 0) return sent;
    const written = new Set(drafts.map(({ message }) => pairKey(pairOf(message.senderId, message.receiverId))));
    await repo.insertAll(tx, drafts, [...written].map((key) => conversations.get(key)!), now);
    for (const { at, message, reply, seq } of drafts) sent[at] = view(message, seq, reply, now);
    tell(effects, sent.flatMap((message) => message ?? []));
    return sent;
  }

  const together = createGroupedWrite(ownWrite, sendAll);

  /** With whoever else sends something now; undefined where it is to be sent alone: what is refused may have been sent before. */
  async function sendTogether(sending: Sending): Promise<DirectMessage | undefined> {
    try {
      return await together(sending);
    } catch (error) {
      if (error instanceof Problem || repo.isClientIdTaken(error) || repo.isNobody(error)) return undefined;
      throw error;
    }
  }

  /** The message that already carries this sender's clientMessageId. DM3 */
  async function alreadySent({ actor, receiverId, clientMessageId }: Sending): Promise<DirectMessage | undefined> {
    if (clientMessageId === undefined) return undefined;
    const row = await messages.findByClientId(queries, actor.userId, clientMessageId);
    const message = row && messageView(row);
    if (message !== undefined && message.receiverId !== receiverId) throw new Problem('messages.client_message_id_reused');
    return message;
  }

  async function sendAlone(write: Write, sending: Sending): Promise<{ readonly message: DirectMessage; readonly isNew: boolean }> {
    const before = await alreadySent(sending);
    if (before !== undefined) return { message: before, isNew: false };
    try {
      return { message: await write((tx, effects) => sendOne(tx, effects, sending)), isNew: true };
    } catch (error) {
      // Sent twice at the same moment, it may be that the other one won: it has the id, and the picture too.
      const meanwhile = await alreadySent(sending);
      if (meanwhile !== undefined) return { message: meanwhile, isNew: false };
      throw repo.isNobody(error) ? new Problem('accounts.not_found') : error;
    }
  }

  return {
    async send(write: Write, actor: Actor, body: SendMessageBody): Promise<DirectMessage> {
      if (body.receiverId === actor.userId) throw new Problem('messages.self');
      const hasImage = body.imageUrl !== undefined || body.publicId !== undefined;
      if (!hasImage && body.content.trim() === '') throw new Problem('messages.empty');
      if (!isOwnImage(body.publicId)) hostedImage(body);
      const sending: Sending = { ...body, actor };
      // Two people's pictures are locked one by one.
      const grouped = write === ownWrite && !isOwnImage(body.publicId) ? await sendTogether(sending) : undefined;
      const { message, isNew } = grouped === undefined ? await sendAlone(write, sending) : { message: grouped, isNew: true };
      if (isNew) await hot.keep([message]);
      return message;
    },
  };
}

/** The conversation's next number. Whoever had read all up to it, and wrote it, has read it too. DM7 */
function countIn(conversations: Map<string, repo.LockedConversation>, before: repo.LockedConversation, senderId: number): number {
  const { lastSeq } = before;
  const next = (seq: number, userId: number): number => (userId === senderId && seq === lastSeq ? lastSeq + 1 : seq);
  conversations.set(pairKey(before), {
    ...before, lastSeq: lastSeq + 1,
    lowerReadSeq: next(before.lowerReadSeq, before.lowerId), lowerDeliveredSeq: next(before.lowerDeliveredSeq, before.lowerId),
    higherReadSeq: next(before.higherReadSeq, before.higherId), higherDeliveredSeq: next(before.higherDeliveredSeq, before.higherId),
  });
  return lastSeq + 1;
}
