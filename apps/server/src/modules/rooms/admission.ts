import type { JoinRoomBody, Room } from '@watchparty/protocol';
import type { Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createGroupedWrite } from '../../kernel/grouped-write.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import * as participants from './participants.repo.ts';
import { recordPeople } from './room-days.repo.ts';
import { addMoved } from './rooms.effects.ts';
import { maySee } from './rooms.policy.ts';
import * as repo from './rooms.repo.ts';
import { roomView } from './rooms.views.ts';
import { recordJoins } from './watching.repo.ts';

/** Somebody at a room's door, and what was found out about their key before. */
export interface Arrival {
  readonly actor: Actor;
  readonly body: JoinRoomBody;
  /** The room as it was when the key was tried. */
  readonly before: repo.RoomRow;
  readonly opens: boolean;
}

/** `lock-changed`: the password or the privacy that the key was checked against holds no more. */
export type Admitted = Room | Problem | 'lock-changed';

interface Deps {
  readonly write: Write;
  readonly clock: Clock;
}

type Door = (arrival: Arrival) => Promise<Admitted>;

/**
 * Lets people in, those who come to a room at once together: each under its lock alone would wait for all before, and
 * hold a connection to the database meanwhile.
 */
export function createAdmission({ write, clock }: Deps) {
  const doors = new Map<number, { readonly door: Door; waiting: number }>();

  async function admit(tx: Tx, effects: Effects, roomId: number, arrivals: readonly Arrival[]): Promise<Admitted[]> {
    const now = new Date(clock.now());
    const row = await repo.lock(tx, roomId);
    if (row === undefined) return arrivals.map(() => new Problem('rooms.not_found'));
    const userIds = arrivals.map(({ actor }) => actor.userId);
    const { inside, banned } = await participants.standingsOf(tx, roomId, userIds);
    const [here, entering] = [new Set<number>(), new Map<number, 'host' | 'viewer'>()];
    let isActive = row.is_active;

    function decide({ actor, body, before, opens }: Arrival): Problem | 'lock-changed' | 'in' {
      const owner = row!.owner_id === actor.userId;
      if (inside.has(actor.userId)) {
        here.add(actor.userId);
        isActive ||= owner;
        return 'in';
      }
      if (entering.has(actor.userId)) return 'in';
      const known = maySee({ actor, role: undefined, ownerId: row!.owner_id, isPrivate: row!.is_private });
      if (banned.has(actor.userId)) return new Problem(known ? 'rooms.banned' : 'rooms.not_found');
      if (row!.password_hash !== before.password_hash || row!.is_private !== before.is_private) return 'lock-changed';
      if (!owner && !opens) return refusal(known, body);
      if (!isActive && !owner) return new Problem('rooms.inactive');
      if (row!.participant_count + entering.size >= row!.max_participants) return new Problem('rooms.full');
      entering.set(actor.userId, owner ? 'host' : 'viewer');
      isActive ||= owner;
      return 'in';
    }

    const decisions = arrivals.map(decide);
    if (here.size > 0) await participants.touchAll(tx, roomId, [...here], now);
    let after = row;
    if (entering.size > 0 || isActive !== row.is_active) {
      const people = row.participant_count + entering.size;
      if (entering.size > 0) {
        await participants.addAll(tx, roomId, [...entering], now);
        await recordPeople(tx, roomId, { people, joins: entering.size, now });
        await recordJoins(tx, [...entering.keys()], now);
      }
      addMoved(effects, roomId);
      after = await repo.update(tx, roomId, { participant_count: people, is_active: isActive, last_activity_at: now });
    }
    return decisions.map((decision) => (decision === 'in' ? roomView(after) : decision));
  }

  /** RO4–RO8, RO10 */
  return async (arrival: Arrival): Promise<Admitted> => {
    const roomId = arrival.before.id;
    const known = doors.get(roomId) ?? {
      door: createGroupedWrite(write, (tx, effects, arrivals: readonly Arrival[]) => admit(tx, effects, roomId, arrivals)), waiting: 0,
    };
    doors.set(roomId, known);
    known.waiting += 1;
    try {
      return await known.door(arrival);
    } finally {
      known.waiting -= 1;
      if (known.waiting === 0) doors.delete(roomId);
    }
  };
}

function refusal(known: boolean, body: JoinRoomBody): Problem {
  // RO6: from outside a private room cannot be told from none.
  if (!known) return new Problem('rooms.not_found');
  if (body.invite !== undefined) return new Problem('rooms.invite_invalid');
  return new Problem('rooms.password_wrong');
}
