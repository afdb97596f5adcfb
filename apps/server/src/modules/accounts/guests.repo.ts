import { sql } from 'kysely';
import type { Tx } from '../../db/index.ts';

interface NewGuest {
  readonly displayName: string;
  readonly roomId: number;
  readonly until: Date;
  readonly now: Date;
}

export interface GuestRow {
  readonly id: number;
  readonly username: string;
  readonly display_name: string;
}

/**
 * The number in the name makes it unique, and the brackets make it one that no account can have. Undefined: the room
 * is gone.
 */
export async function insert(tx: Tx, { displayName, roomId, until, now }: NewGuest): Promise<GuestRow | undefined> {
  const { rows } = await sql<GuestRow>`
    with given as (select nextval(pg_get_serial_sequence('users', 'id'))::integer as id)
    insert into users (id, username, display_name, guest_of, guest_until, created_at, updated_at)
    overriding system value
    select given.id, ${displayName}::text || ' (guest ' || given.id || ')', ${displayName}, rooms.id, ${until}, ${now}, ${now}
    from given, rooms where rooms.id = ${roomId}
    returning id, username, display_name`.execute(tx);
  return rows[0];
}

/**
 * Removes guests whose time was over before `before`, up to `limit`. Who said something stays as long as the words do,
 * and who is in the room until they are taken out; so do those whose reactions, films or votes are shown. Reads tables of
 * rooms, chat and playlists, by their keys.
 */
export async function removeGone(tx: Tx, before: Date, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from users where id in (
      select id from users as guest where guest_until < ${before}
      and not exists (select from room_participants where room_id = guest.guest_of and user_id = guest.id)
      and not exists (select from chat_messages where room_id = guest.guest_of and user_id = guest.id)
      and not exists (select from chat_reactions where user_id = guest.id)
      and not exists (select from playlist_items where added_by = guest.id)
      and not exists (select from playlist_votes where user_id = guest.id)
      order by guest_until limit ${limit} for update skip locked)`.execute(tx);
  return Number(numAffectedRows);
}
