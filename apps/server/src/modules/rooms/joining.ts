import type { InviteLink, JoinRoomBody, Room } from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { Passwords } from '../accounts/index.ts';
import type { Invites } from './invites.ts';
import * as participants from './participants.repo.ts';
import { recordLeaving, recordPeople } from './room-days.repo.ts';
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
  readonly clock: Clock;
}

/** A host would have to change the password this often during one join. */
const JOIN_ATTEMPTS = 5;

export function createJoining({ queries, passwords, invites, succession, clock }: JoiningDeps) {
  const now = (): Date => new Date(clock.now());

  /** Whether what the person brings opens the room. Outside the transaction: hashing under the room's lock would hold up everybody. */
  async function isKey(row: repo.RoomRow, body: JoinRoomBody): Promise<boolean> {
    if (body.invite !== undefined && (await invites.roomOf(body.invite)) === row.id) return true;
    const right = body.password !== undefined && (await passwords.verify(body.password, row.password_hash ?? undefined));
    return row.password_hash === null ? !row.is_private : right;
  }

  function refusal(known: boolean, body: JoinRoomBody): Problem {
    // RO6: from outside a private room cannot be told from none.
    if (!known) return new Problem('rooms.not_found');
    if (body.invite !== undefined) return new Problem('rooms.invite_invalid');
    return new Problem('rooms.password_wrong');
  }

  async function enter(tx: Tx, row: repo.RoomRow, actor: Actor): Promise<repo.RoomRow> {
    const owner = row.owner_id === actor.userId;
    if (!row.is_active && !owner) throw new Problem('rooms.inactive');
    if (row.participant_count >= row.max_participants) throw new Problem('rooms.full');
    await participants.add(tx, row.id, actor.userId, owner ? 'host' : 'viewer', now());
    await recordPeople(tx, row.id, { people: row.participant_count + 1, joins: 1, now: now() });
    return repo.update(tx, row.id, {
      participant_count: row.participant_count + 1,
      last_activity_at: now(),
      ...(!row.is_active && { is_active: true }),
    });
  }

  /** `lock-changed`: the password or the privacy that the key was checked against holds no more. */
  async function joinOnce(write: Write, actor: Actor, roomId: number, body: JoinRoomBody): Promise<Room | 'lock-changed'> {
    const before = await repo.find(queries, roomId);
    if (before === undefined) {
      // As long as a wrong password takes, so that time does not tell a private room from none. RO6
      if (body.password !== undefined) await passwords.verify(body.password, undefined);
      throw new Problem('rooms.not_found');
    }
    const opens = await isKey(before, body);
    return write(async (tx, effects) => {
      const row = await repo.lock(tx, roomId);
      if (row === undefined) throw new Problem('rooms.not_found');
      const role = await participants.roleOf(tx, roomId, actor.userId);
      if (role !== undefined) {
        await participants.touch(tx, roomId, actor.userId, now());
        if (row.is_active || row.owner_id !== actor.userId) return roomView(row);
        addMoved(effects, roomId);
        return roomView(await repo.update(tx, roomId, { is_active: true, last_activity_at: now() }));
      }
      const owner = row.owner_id === actor.userId;
      const known = maySee({ actor, role, ownerId: row.owner_id, isPrivate: row.is_private });
      if (await participants.isBanned(tx, roomId, actor.userId)) throw new Problem(known ? 'rooms.banned' : 'rooms.not_found');
      if (row.password_hash !== before.password_hash || row.is_private !== before.is_private) return 'lock-changed';
      if (!owner && !opens) throw refusal(known, body);
      addMoved(effects, roomId);
      return roomView(await enter(tx, row, actor));
    });
  }

  /** RO4–RO8, RO10 */
  async function join(write: Write, actor: Actor, roomId: number, body: JoinRoomBody): Promise<Room> {
    for (let attempt = 1; attempt <= JOIN_ATTEMPTS; attempt += 1) {
      const joined = await joinOnce(write, actor, roomId, body);
      if (joined !== 'lock-changed') return joined;
    }
    throw new Problem('request.conflict');
  }

  return {
    join,

    /** To hear the room: as `join`, and without a write for whoever takes part already. LR1 */
    async enter(write: Write, actor: Actor, roomId: number, body: JoinRoomBody): Promise<void> {
      const found = await repo.findWithPart(queries, roomId, actor.userId);
      if (found?.part === undefined) return void (await join(write, actor, roomId, body));
      const { is_active, owner_id } = found.room;
      if (is_active) return;
      if (owner_id !== actor.userId) throw new Problem('rooms.inactive');
      await join(write, actor, roomId, body);
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
