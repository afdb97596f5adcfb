import type { DirectMessage, messageEdited } from '@watchparty/protocol';
import type { Tx } from '../../db/index.ts';
import { broadcasted } from '../../kernel/live.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects } from '../../kernel/write.ts';
import { messageChanged } from './messages.cache.ts';
import { refusalOf } from './messages.policy.ts';
import type { Pair } from './pair.ts';
import { standings } from './sending.repo.ts';

/** Throws unless the one may write to the other. Under the conversation's lock this holds until the transaction ends. DM2 */
export async function requireWriter(tx: Tx, senderId: number, receiverId: number): Promise<void> {
  const [standing] = await standings(tx, [{ senderId, receiverId, clientMessageId: null }]);
  const refusal = refusalOf(standing!);
  if (refusal !== undefined) throw new Problem(refusal);
}

/** What shows the message ends, and the devices of both are told. DM9 */
export function addChange(effects: Effects, pair: Pair, event: typeof messageEdited, message: DirectMessage): void {
  effects.add(messageChanged(pair, message.id));
  for (const userId of [pair.lowerId, pair.higherId]) effects.add(broadcasted(`user:${userId}`, event, { items: [message] }));
}
