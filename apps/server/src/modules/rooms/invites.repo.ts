import type { Queries, Tx } from '../../db/index.ts';

interface NewInvite {
  readonly tokenHash: Buffer;
  readonly roomId: number;
  readonly createdBy: number;
  readonly now: Date;
  readonly expiresAt: Date;
}

/** Clears away what of the room's has expired. */
export async function insert(tx: Tx, { tokenHash, roomId, createdBy, now, expiresAt }: NewInvite): Promise<void> {
  await tx.deleteFrom('room_invites').where('room_id', '=', roomId).where('expires_at', '<', now).execute();
  await tx.insertInto('room_invites')
    .values({ token_hash: tokenHash, room_id: roomId, created_by: createdBy, expires_at: expiresAt }).execute();
}

/** Which room it lets people into; undefined once it has expired, or was never one. */
export async function roomOf(db: Queries, tokenHash: Buffer, now: Date): Promise<number | undefined> {
  const row = await db.selectFrom('room_invites').select('room_id')
    .where('token_hash', '=', tokenHash).where('expires_at', '>', now).executeTakeFirst();
  return row?.room_id;
}
