import { type DirectMessage, isEmoji, messageReacted } from '@watchparty/protocol';
import type { Actor } from '../../kernel/actor.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import { addChange, requireWriter } from './changing.ts';
import * as repo from './messages.repo.ts';
import { messageView } from './messages.views.ts';
import { pairOf } from './pair.ts';

const MOST_KINDS = 20;

/** Gives the message an emoji or takes it back; without `on` the other of what is. Again it changes nothing. DM13 */
export async function react(
  write: Write, { userId }: Actor, peerId: number, id: string, { emoji, on }: { readonly emoji: string; readonly on?: boolean },
): Promise<DirectMessage> {
  if (!isEmoji(emoji)) throw new Problem('messages.emoji_invalid');
  if (userId === peerId) throw new Problem('messages.self');
  return write(async (tx, effects) => {
    const pair = pairOf(userId, peerId);
    const row = await repo.lock(tx, pair, id);
    if (row === undefined || row.deleted_at !== null) throw new Problem('messages.not_found');
    const before = messageView(row);
    const given = before.reactions.find((reaction) => reaction.emoji === emoji);
    const isOn = given?.userIds.includes(userId) === true;
    const gives = on ?? !isOn;
    if (gives === isOn) return before;
    // Taking back says nothing to anybody.
    if (gives) await requireWriter(tx, userId, peerId);
    if (gives && given === undefined && before.reactions.length >= MOST_KINDS) throw new Problem('messages.reactions_exhausted');
    await (gives ? repo.addReaction : repo.removeReaction)(tx, row, { userId, emoji });
    const message = messageView((await repo.findMany(tx, [id]))[0]!);
    addChange(effects, pair, messageReacted, message);
    return message;
  });
}
