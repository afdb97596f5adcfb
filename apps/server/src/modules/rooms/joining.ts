import type { InviteLink, JoinRoomBody, Room } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { Passwords } from '../accounts/index.ts';
import { createAdmission } from './admission.ts';
import { isInvited } from './invitations.repo.ts';
import { INVITE_LIFETIME_MS, type Invites } from './invites.ts';
import * as participants from './participants.repo.ts';
import { recordLeaving } from './room-days.repo.ts';
import type { Succession } from './succession.ts';
import { addGone, addMoved } from './rooms.effects.ts';
import { mayManage, maySee } from './rooms.policy.ts';
import * as repo from './rooms.repo.ts';
import { roomView } from './rooms.views.ts';
import { lockSeen } from './standing.ts';

export interface JoiningDeps {
  readonly queries: Queries;
  readonly passwords: Passwords;
  readonly invites: Invites;
  readonly succession: Succession;
  readonly write: Write;
  readonly clock: Clock;
}

/** A host would have to change the password this often during one join. */
const JOIN_ATTEMPTS = 5;

export function createJoining({ queries, passwords, invites, succession, write: groupWrite, clock }: JoiningDeps) {
  const admit = createAdmission({ write: groupWrite, clock });
  const now = (): Date => new Date(clock.now());

  /** Whether what the person brings opens the room. Outside the transaction: hashing under the room's lock would hold up everybody. */
  async function isKey(row: repo.RoomRow, body: JoinRoomBody): Promise<boolean> {
    if (body.invite !== undefined && (await invites.roomOf(body.invite)) === row.id) return true;
    const right = body.password !== undefined && (await passwords.verify(body.password, row.password_hash ?? undefined));
    return row.password_hash === null ? !row.is_private : right;
  }

  /** By a key, or by their name. RO17 */
  const opensTo = async (actor: Actor, row: repo.RoomRow, body: JoinRoomBody): Promise<boolean> =>
    (await isKey(row, body)) || isInvited(queries, row.id, actor.userId, new Date(clock.now() - INVITE_LIFETIME_MS));

  async function joinOnce(actor: Actor, roomId: number, body: JoinRoomBody): Promise<Room | 'lock-changed'> {
    const before = await repo.find(queries, roomId);
    if (before === undefined) {
      // As long as a wrong password takes, so that time does not tell a private room from none. RO6
      if (body.password !== undefined) await passwords.verify(body.password, undefined);
      throw new Problem('rooms.not_found');
    }
    const admitted = await admit({ actor, body, before, opens: await opensTo(actor, before, body) });
    if (admitted instanceof Problem) throw admitted;
    return admitted;
  }

  /** RO4–RO8, RO10 */
  async function join(actor: Actor, roomId: number, body: JoinRoomBody): Promise<Room> {
    for (let attempt = 1; attempt <= JOIN_ATTEMPTS; attempt += 1) {
      const joined = await joinOnce(actor, roomId, body);
      if (joined !== 'lock-changed') return joined;
    }
    throw new Problem('request.conflict');
  }

  return {
    join,

    /** To hear the room: as `join`, and without a write for whoever takes part already. LR1 */
    async enter(actor: Actor, roomId: number, body: JoinRoomBody): Promise<void> {
      const found = await repo.findWithPart(queries, roomId, actor.userId);
      if (found?.part === undefined) return void (await join(actor, roomId, body));
      const { is_active, owner_id } = found.room;
      if (is_active) return;
      if (owner_id !== actor.userId) throw new Problem('rooms.inactive');
      await join(actor, roomId, body);
    },

    /** Answers the room, or null when it cannot be seen any more from outside. RO8 */
    async leave(write: Write, actor: Actor, roomId: number): Promise<Room | null> {
      return write(async (tx, effects) => {
        const { row, standing } = await lockSeen(tx, roomId, actor);
        if (standing.role !== undefined) await recordLeaving(tx, row, actor.userId, now());
        if (!(await participants.remove(tx, roomId, actor.userId))) return roomView(row);
        addMoved(effects, roomId);
        addGone(effects, roomId, [actor.userId], 'left');
        await succession.afterLeaving(tx, roomId, standing.role);
        const left = await repo.update(tx, roomId, { participant_count: row.participant_count - 1, last_activity_at: now() });
        return maySee({ ...standing, role: undefined }) ? roomView(left) : null;
      });
    },

    /** A link that lets whoever holds it into the room for a week. */
    async inviteLink(write: Write, actor: Actor, roomId: number): Promise<InviteLink> {
      return write(async (tx) => {
        const { standing } = await lockSeen(tx, roomId, actor);
        if (!mayManage(standing)) throw new Problem('rooms.not_host');
        const { invite, url, expiresAt } = await invites.issue(tx, roomId, actor.userId);
        return { invite, url, expiresAt: expiresAt.toISOString() };
      });
    },
  };
}
