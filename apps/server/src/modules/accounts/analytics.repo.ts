import { sql } from 'kysely';
import type { Queries } from '../../db/index.ts';

/** Of one week, or, where `weekStart` is null, in all. */
export interface ActivityRow {
  /** Its Monday (UTC), `YYYY-MM-DD`. */
  readonly weekStart: string | null;
  readonly roomsJoined: number;
  readonly watchedMs: number;
  readonly messages: number;
  readonly events: number;
  readonly friends: number;
}

/**
 * A named read model over the tables of rooms, chat, friends and events: what one person did, by week and in all. Reads
 * `person_days`, `chat_author_days` and `friendships` by their keys, the messages by `chat_messages_client_id_key` and
 * `chat_messages_author_idx`, the events by `rsvps_user_idx`.
 */
export async function activityOf(db: Queries, userId: number): Promise<ActivityRow[]> {
  const { rows } = await sql<ActivityRow>`
    with said as (
      select created_at, deleted_at from chat_messages where user_id = ${userId} and client_message_id is not null
      union all
      select created_at, deleted_at from chat_messages where user_id = ${userId} and client_message_id is null),
    days as (
      select day, joins, watched_ms, 0 as messages, 0 as events, 0 as friends from person_days where user_id = ${userId}
      union all
      select day, 0, 0, messages, 0, 0 from chat_author_days where user_id = ${userId}
      union all
      select (created_at at time zone 'UTC')::date, 0, 0, 1, 0, 0 from said where deleted_at is null
      union all
      select (e.starts_at at time zone 'UTC')::date, 0, 0, 0, 1, 0 from rsvps r join events e on e.id = r.event_id
      where r.user_id = ${userId} and r.status = 'going' and e.cancelled_at is null
      union all
      select (created_at at time zone 'UTC')::date, 0, 0, 0, 0, 1 from friendships where user_id = ${userId})
    select to_char(date_trunc('week', day), 'YYYY-MM-DD') as "weekStart", coalesce(sum(joins), 0)::int as "roomsJoined",
      coalesce(sum(watched_ms), 0)::float8 as "watchedMs", coalesce(sum(messages), 0)::int as messages, coalesce(sum(events), 0)::int as events, coalesce(sum(friends), 0)::int as friends
    from days group by grouping sets ((date_trunc('week', day)), ())
  `.execute(db);
  return rows;
}

export async function isAccount(db: Queries, id: number): Promise<boolean> {
  const row = await db.selectFrom('users').select('id').where('id', '=', id).where('guest_of', 'is', null).executeTakeFirst();
  return row !== undefined;
}
