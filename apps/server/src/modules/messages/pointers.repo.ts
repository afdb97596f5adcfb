import { sql } from 'kysely';
import type { Tx } from '../../db/index.ts';
import type { Pair } from './pair.ts';
import type { LockedConversation } from './sending.repo.ts';

/** Under their locks. */
export async function setPointers(tx: Tx, conversations: readonly LockedConversation[]): Promise<void> {
  const column = <K extends keyof LockedConversation>(name: K): LockedConversation[K][] => conversations.map((row) => row[name]);
  await sql`
    update conversations c set
      lower_read_seq = s.lower_read, lower_delivered_seq = s.lower_delivered,
      higher_read_seq = s.higher_read, higher_delivered_seq = s.higher_delivered
    from unnest(
      ${column('lowerId')}::int[], ${column('higherId')}::int[], ${column('lowerReadSeq')}::bigint[],
      ${column('lowerDeliveredSeq')}::bigint[], ${column('higherReadSeq')}::bigint[], ${column('higherDeliveredSeq')}::bigint[])
      as s (lower_id, higher_id, lower_read, lower_delivered, higher_read, higher_delivered)
    where c.lower_id = s.lower_id and c.higher_id = s.higher_id
  `.execute(tx);
}

/** Between whom of these pairs a block stands, whoever made it. */
export async function apart(tx: Tx, pairs: readonly Pair[]): Promise<(pair: Pair) => boolean> {
  const { rows } = await sql<Pair>`
    select p.lower_id as "lowerId", p.higher_id as "higherId"
    from unnest(${pairs.map(({ lowerId }) => lowerId)}::int[], ${pairs.map(({ higherId }) => higherId)}::int[]) as p (lower_id, higher_id)
    where exists (select from blocks where user_id = p.lower_id and blocked_id = p.higher_id)
      or exists (select from blocks where user_id = p.higher_id and blocked_id = p.lower_id)
  `.execute(tx);
  const found = new Set(rows.map(({ lowerId, higherId }) => `${lowerId} ${higherId}`));
  return ({ lowerId, higherId }) => found.has(`${lowerId} ${higherId}`);
}
