import { sql } from 'kysely';
import type { Queries, Tx } from '../../db/index.ts';
import type { RoomRow } from './rooms.repo.ts';

/** Somebody in some room. */
export interface Place {
  readonly roomId: number;
  readonly userId: number;
}

/** The room, with what movies say of the length of the film that it plays. */
export type HeldRoom = RoomRow & { readonly duration_seconds: number | null };

/**
 * The room and when the person was last seen in it, if they take part; then both stay until the transaction ends. The
 * room is locked first, as whoever removes it does: the other way round they would wait for each other. Unless it
 * `waits`, what somebody is about to take away is as if it were gone.
 */
export async function holdOne(
  tx: Tx, { roomId, userId }: Place, { waits }: { readonly waits: boolean },
): Promise<(HeldRoom & { readonly last_seen_at: Date }) | undefined> {
  const orNone = waits ? sql`` : sql`skip locked`;
  const { rows } = await sql<HeldRoom & { last_seen_at: Date }>`
    select r.*, m.duration_seconds, p.last_seen_at
    from rooms r join room_participants p on p.room_id = r.id left join movies m on m.id = r.movie_id
    where r.id = ${roomId} and p.user_id = ${userId}
    for key share of r ${orNone} for key share of p ${orNone}
  `.execute(tx);
  return rows[0];
}

/** Holds the room, if there is one. */
export async function holdRoom(tx: Tx, id: number): Promise<void> {
  await sql`select from rooms where id = ${id} for key share`.execute(tx);
}

/** Holds those of the rooms that nobody is about to remove, in order of id. */
export async function holdRooms(tx: Tx, ids: readonly number[]): Promise<HeldRoom[]> {
  const { rows } = await sql<HeldRoom>`
    select r.*, m.duration_seconds from rooms r left join movies m on m.id = r.movie_id
    where r.id = any(${ids}::int[]) order by r.id for key share of r skip locked
  `.execute(tx);
  return rows;
}

/** Holds, in rooms that are held, those of the places that nobody is about to take away. */
export async function holdPlaces(
  tx: Tx, places: readonly Place[],
): Promise<{ room_id: number; user_id: number; last_seen_at: Date }[]> {
  const { rows } = await sql<{ room_id: number; user_id: number; last_seen_at: Date }>`
    select p.room_id, p.user_id, p.last_seen_at
    from (select distinct * from unnest(
      ${places.map(({ roomId }) => roomId)}::int[], ${places.map(({ userId }) => userId)}::int[])) as w (room_id, user_id)
    join room_participants p on p.room_id = w.room_id and p.user_id = w.user_id
    order by p.room_id, p.user_id for key share of p skip locked
  `.execute(tx);
  return rows;
}

/**
 * These people were just seen in these rooms, in which something goes on: the one to the minute, the other to the hour.
 * What somebody else is changing is left as it is, so that nobody waits.
 */
export async function note(
  db: Queries, places: readonly Place[], now: Date, before: { readonly seen: Date; readonly active: Date },
): Promise<void> {
  await sql`
    with w as (
      select distinct * from unnest(
        ${places.map(({ roomId }) => roomId)}::int[], ${places.map(({ userId }) => userId)}::int[]) as w (room_id, user_id)),
    idle as (
      select id from rooms where id in (select room_id from w) and last_activity_at <= ${before.active}
      order by id for no key update skip locked),
    active as (update rooms r set last_activity_at = ${now} from idle where r.id = idle.id),
    unseen as (
      select p.room_id, p.user_id from room_participants p join w on w.room_id = p.room_id and w.user_id = p.user_id
      where p.last_seen_at <= ${before.seen} order by p.room_id, p.user_id for no key update of p skip locked)
    update room_participants p set last_seen_at = ${now} from unseen
    where p.room_id = unseen.room_id and p.user_id = unseen.user_id
  `.execute(db);
}

/** Who of those who take part is called so; names in lower case. Reads accounts' `users_username_key`. */
export async function named(
  db: Queries, names: readonly { readonly roomId: number; readonly name: string }[],
): Promise<{ roomId: number; name: string; userId: number; username: string }[]> {
  const { rows } = await sql<{ roomId: number; name: string; userId: number; username: string }>`
    select w.room_id as "roomId", w.name, u.id as "userId", u.username
    from unnest(${names.map(({ roomId }) => roomId)}::int[], ${names.map(({ name }) => name)}::text[]) as w (room_id, name)
    join users u on lower(u.username) = w.name
    join room_participants p on p.room_id = w.room_id and p.user_id = u.id
  `.execute(db);
  return rows;
}
