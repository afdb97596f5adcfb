import { sql } from 'kysely';
import type { Tx } from '../../db/index.ts';

/**
 * Counts the messages of a day (`YYYY-MM-DD`, UTC) in each room. Counted again it never becomes less: messages that
 * were cleared away, or went with their room, were said all the same. Reads `chat_messages_created_at_idx`. AR2 of operations
 */
export async function countMessagesOfDay(tx: Tx, day: string): Promise<void> {
  await sql`
    insert into chat_days as d (room_id, day, messages)
    select room_id, ${day}::date, count(*) from chat_messages
    where created_at >= ${day}::date::timestamp at time zone 'UTC'
      and created_at < (${day}::date + 1)::timestamp at time zone 'UTC'
    group by room_id order by room_id
    on conflict (room_id, day) do update set messages = excluded.messages where excluded.messages > d.messages
  `.execute(tx);
}
