import { type Selectable, sql } from 'kysely';
import type { ActivityReport, ReportDay } from '@watchparty/protocol';
import type { Queries, Tables, Tx } from '../../db/index.ts';
import type { PageRequest } from '../../kernel/page.ts';

export type ReportRow = Selectable<Tables['activity_reports']>;

/** Days as `YYYY-MM-DD`, both included. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

/** A named read model over rooms' `room_days` and chat's `chat_days`: each day, also those of which there is nothing to tell. */
export async function activityOfDays(db: Queries, { from, to }: Days): Promise<ReportDay[]> {
  const { rows } = await sql<ReportDay>`
    with rooms as (
      select day, sum(joins)::int as joins, max(peak_participants) as peak, round(sum(watched_ms) / 1000)::bigint as watched
      from room_days where day between ${from}::date and ${to}::date group by day),
    chats as (
      select day, sum(messages)::int as messages from chat_days where day between ${from}::date and ${to}::date group by day)
    select to_char(d, 'YYYY-MM-DD') as day, coalesce(c.messages, 0) as messages, coalesce(r.watched, 0) as "watchSeconds",
      coalesce(r.joins, 0) as joins, coalesce(r.peak, 0) as "peakParticipants"
    from generate_series(${from}::date::timestamp, ${to}::date::timestamp, interval '1 day') as d
    left join rooms r on r.day = d::date
    left join chats c on c.day = d::date
    order by d
  `.execute(db);
  return rows;
}

export interface RoomActivityRow {
  readonly roomId: number;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly isActive: boolean;
  readonly participantCount: number;
  readonly lastActivityAt: Date;
  readonly messages: number;
  readonly watchSeconds: number;
  readonly joins: number;
  readonly peakParticipants: number;
}

/** The same by room, of rooms that still are there, the most active first: a message counts like a minute of watching. */
export async function mostActiveRooms(db: Queries, { from, to }: Days, limit: number): Promise<RoomActivityRow[]> {
  const { rows } = await sql<RoomActivityRow>`
    with of_days as (
      select room_id, joins, peak_participants, watched_ms, 0 as messages
      from room_days where day between ${from}::date and ${to}::date
      union all
      select room_id, 0, 0, 0, messages from chat_days where day between ${from}::date and ${to}::date),
    of_rooms as (
      select room_id, sum(joins)::int as joins, max(peak_participants) as peak, sum(watched_ms) as watched_ms,
        sum(messages)::int as messages
      from of_days group by room_id)
    select r.id as "roomId", r.name, r.is_private as "isPrivate", r.is_active as "isActive",
      r.participant_count as "participantCount", r.last_activity_at as "lastActivityAt", a.messages,
      round(a.watched_ms / 1000)::bigint as "watchSeconds", a.joins, a.peak as "peakParticipants"
    from of_rooms a join rooms r on r.id = a.room_id
    order by a.messages + a.watched_ms / 60000 desc, r.last_activity_at desc, r.id
    limit ${limit}
  `.execute(db);
  return rows;
}

/** A named read model over rooms' `rooms`. */
export async function countRooms(db: Queries): Promise<{ rooms: number; activeRooms: number }> {
  const { rows } = await sql<{ rooms: number; activeRooms: number }>`
    select count(*)::int as rooms, count(*) filter (where is_active)::int as "activeRooms" from rooms
  `.execute(db);
  return rows[0]!;
}

export async function insert(tx: Tx, report: ActivityReport): Promise<void> {
  await tx.insertInto('activity_reports').values({
    id: report.id, from_day: report.from, to_day: report.to, created_at: new Date(report.createdAt),
    totals: JSON.stringify(report.totals), days: JSON.stringify(report.days), rooms: JSON.stringify(report.rooms),
  }).execute();
}

export async function find(db: Queries, id: string): Promise<ReportRow | undefined> {
  return db.selectFrom('activity_reports').selectAll().where('id', '=', id).executeTakeFirst();
}

export type SummaryRow = Pick<ReportRow, 'id' | 'from_day' | 'to_day' | 'totals' | 'created_at'>;

/** The newest first; reads `activity_reports_created_at_idx`. */
export async function list(db: Queries, { page, limit }: PageRequest): Promise<{ rows: SummaryRow[]; total: number }> {
  const [rows, { total }] = await Promise.all([
    db.selectFrom('activity_reports').select(['id', 'from_day', 'to_day', 'totals', 'created_at'])
      .orderBy('created_at', 'desc').orderBy('id').limit(limit).offset((page - 1) * limit).execute(),
    db.selectFrom('activity_reports').select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ]);
  return { rows, total };
}
