import { sql } from 'kysely';
import type { Tx } from '../../db/index.ts';
import type { RoomRow } from './rooms.repo.ts';

/** A film whose length nobody knows is not watched for longer than this without anybody acting. */
const LONGEST_STRETCH_SECONDS = 6 * 60 * 60;

/** Under the room's lock: so many have come, or somebody goes (`joins` 0), and at this moment there are so many people. RD2 */
export async function recordPeople(
  tx: Tx, roomId: number, { people, joins, now }: { readonly people: number; readonly joins: number; readonly now: Date },
): Promise<void> {
  await sql`
    insert into room_days as d (room_id, day, joins, peak_participants)
    values (${roomId}::int, (${now}::timestamptz at time zone 'UTC')::date, ${joins}::int, ${people}::int)
    on conflict (room_id, day) do update
    set joins = d.joins + excluded.joins, peak_participants = greatest(d.peak_participants, excluded.peak_participants)
  `.execute(tx);
}

/** Under the room's lock, before a person who takes part is taken out. RD1, RD2 */
export async function recordLeaving(
  tx: Tx, row: Pick<RoomRow, 'id' | 'participant_count' | 'playback_playing'>, userId: number, now: Date,
): Promise<void> {
  if (row.playback_playing) await recordWatched(tx, { roomIds: [row.id], userId, now });
  await recordPeople(tx, row.id, { people: row.participant_count, joins: 0, now });
}

interface Watchers {
  readonly roomIds: readonly number[];
  /** Only this person; by default all who take part. */
  readonly userId?: number;
  /** Only those who were not seen since, and only until they were. */
  readonly notSeenSince?: Date;
  readonly now: Date;
}

/**
 * Under the rooms' locks, before what plays or who is there changes: adds to each room's days (UTC) how long its people
 * have watched since the film was last set in motion, or since they came. RD1
 */
export async function recordWatched(tx: Tx, { roomIds, userId, notSeenSince, now }: Watchers): Promise<void> {
  await sql`
    with stretch as (
      select r.id, to_timestamp(r.playback_at / 1000) as begins, least(
        ${now}::timestamptz,
        to_timestamp(r.playback_at / 1000) + interval '1 second' * least(
          ${LONGEST_STRETCH_SECONDS}::float8, (m.duration_seconds - r.playback_position) / r.playback_rate)) as ends
      from rooms r join movies m on m.id = r.movie_id
      where r.id = any(${roomIds}::int[]) and r.playback_playing),
    share as (
      select s.id, greatest(s.begins, p.joined_at) as begins,
        case when ${notSeenSince ?? null}::timestamptz is null then s.ends else least(s.ends, p.last_seen_at) end as ends
      from stretch s join room_participants p on p.room_id = s.id
      where (${userId ?? null}::int is null or p.user_id = ${userId ?? null}::int)
        and (${notSeenSince ?? null}::timestamptz is null or p.last_seen_at < ${notSeenSince ?? null}::timestamptz)),
    watched as (
      select s.id, (d.day at time zone 'UTC')::date as day,
        sum(extract(epoch from least(s.ends, d.day + interval '24 hours') - greatest(s.begins, d.day)) * 1000)::bigint as ms
      from share s
      cross join lateral generate_series(date_trunc('day', s.begins, 'UTC'), s.ends, interval '24 hours') as d (day)
      where s.ends > s.begins
      group by 1, 2)
    insert into room_days as d (room_id, day, watched_ms)
    select id, day, ms from watched where ms > 0
    on conflict (room_id, day) do update set watched_ms = d.watched_ms + excluded.watched_ms
  `.execute(tx);
}
