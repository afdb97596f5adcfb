import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';

export type InvitationRow = Selectable<Tables['room_invitations']>;
type NewInvitation = Pick<InvitationRow, 'id' | 'room_id' | 'invited_by' | 'user_id' | 'email' | 'created_at'>;

/** Who is invited: an account, or an address of whoever it is. */
export type Invitee = { readonly userId: number } | { readonly email: string };

/** The latest invitation of the same person to the same room; the caller holds the room's lock. */
export async function findSince(
  tx: Tx, roomId: number, invitee: Invitee, since: Date,
): Promise<InvitationRow | undefined> {
  const ofRoom = tx.selectFrom('room_invitations').selectAll()
    .where('room_id', '=', roomId).where('created_at', '>', since);
  const same = 'userId' in invitee
    ? ofRoom.where('user_id', '=', invitee.userId)
    : ofRoom.where(sql`lower(email)`, '=', sql`lower(${invitee.email})`);
  return same.orderBy('created_at', 'desc').limit(1).executeTakeFirst();
}

/** Whether this person's account was invited to the room; an address proves nothing of who comes. */
export async function isInvited(db: Queries, roomId: number, userId: number, since: Date): Promise<boolean> {
  const row = await db.selectFrom('room_invitations').select('id')
    .where('room_id', '=', roomId).where('user_id', '=', userId).where('created_at', '>', since).limit(1).executeTakeFirst();
  return row !== undefined;
}

/** How many invitations somebody has sent, and when the first of them was. */
export async function countBy(
  tx: Tx, userId: number, since: Date,
): Promise<{ readonly count: number; readonly first: Date | null }> {
  return tx.selectFrom('room_invitations')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.min<Date | null>('created_at').as('first')])
    .where('invited_by', '=', userId).where('created_at', '>', since).executeTakeFirstOrThrow();
}

export async function insert(tx: Tx, invitation: NewInvitation): Promise<InvitationRow> {
  return tx.insertInto('room_invitations').values(invitation).returningAll().executeTakeFirstOrThrow();
}

/** Addresses of people who never came are not kept for ever. */
export async function removeBefore(tx: Tx, before: Date): Promise<void> {
  // What others clear away at this moment is left to them: two who take the same rows could wait for each other.
  await tx.deleteFrom('room_invitations').where('id', 'in', (eb) =>
    eb.selectFrom('room_invitations').select('id').where('created_at', '<', before).forUpdate().skipLocked()).execute();
}

/** Whether a block of friends' `blocks` stands between the two people of these columns, whoever made it. */
const isApart = (a: RawBuilder<unknown>, b: RawBuilder<unknown>) => sql<boolean>`exists (
  select from blocks where (user_id = ${a} and blocked_id = ${b}) or (user_id = ${b} and blocked_id = ${a}))`;

/** The address of an account; undefined: there is none, or a guest's id, or a block stands between them and who asks. */
export async function emailOf(db: Queries, userId: number, asked: { readonly by: number }): Promise<string | undefined> {
  const row = await db.selectFrom('users').select('email').where('id', '=', userId)
    .where(isApart(sql.ref('users.id'), sql`${asked.by}`), 'is', false).executeTakeFirst();
  return row?.email ?? undefined;
}

export interface InvitationLetter {
  readonly roomId: number;
  readonly roomName: string;
  readonly inviterId: number;
  readonly inviter: string;
  /** Undefined: the address belongs to no account. */
  readonly inviteeId: number | undefined;
  /** A block stands between the two. */
  readonly apart: boolean;
  readonly email: string;
  /** Of the person invited, or of who invites where that is not known. */
  readonly locale: 'en' | 'ru';
}

/** A named read model over rooms' tables and accounts' `users`: all that the mail says. Undefined: the room is gone. */
export async function letterOf(db: Queries, id: string): Promise<InvitationLetter | undefined> {
  const row = await db.selectFrom('room_invitations as i')
    .innerJoin('rooms', 'rooms.id', 'i.room_id')
    .innerJoin('users as inviter', 'inviter.id', 'i.invited_by')
    .leftJoin('users as invitee', (join) => join.on((eb) => eb.or([
      eb('invitee.id', '=', eb.ref('i.user_id')),
      eb(sql`lower(invitee.email)`, '=', sql`lower(i.email)`),
    ])))
    .select([
      'rooms.id as roomId', 'rooms.name as roomName', 'inviter.id as inviterId', 'inviter.username as inviter',
      'inviter.locale as inviterLocale', 'invitee.id as inviteeId', 'invitee.email as inviteeEmail',
      'invitee.locale as inviteeLocale', 'i.email as givenEmail',
      isApart(sql.ref('inviter.id'), sql.ref('invitee.id')).as('apart'),
    ])
    .where('i.id', '=', id).executeTakeFirst();
  const email = row?.givenEmail ?? row?.inviteeEmail;
  if (row === undefined || email == null) return undefined;
  const { roomId, roomName, inviterId, inviter, apart } = row;
  return {
    roomId, roomName, inviterId, inviter, email, apart,
    inviteeId: row.inviteeId ?? undefined, locale: row.inviteeLocale ?? row.inviterLocale,
  };
}
