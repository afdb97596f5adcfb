import type { Queries, Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects } from '../../kernel/write.ts';
import type { Invites } from './invites.ts';
import * as participants from './participants.repo.ts';
import { addMoved } from './rooms.effects.ts';
import { mayManage } from './rooms.policy.ts';
import * as repo from './rooms.repo.ts';
import { look } from './standing.ts';

interface Deps {
  readonly queries: Queries;
  readonly invites: Invites;
  readonly publicUrl: string;
  readonly clock: Clock;
}

/** For events that take place in rooms. RO18 */
export function createOpening({ queries, invites, publicUrl, clock }: Deps) {
  return {
    /** Whether the room exists and the actor is one of its hosts. */
    async mayHost(actor: Actor, roomId: number): Promise<boolean> {
      try {
        return mayManage((await look(queries, roomId, actor)).standing);
      } catch (error) {
        if (error instanceof Problem) return false;
        throw error;
      }
    },

    /** Opens the room on behalf of a host. Answers an address that lets people in; undefined: no room, or no host of it any more. */
    async openFor(tx: Tx, effects: Effects, roomId: number, hostId: number): Promise<{ readonly url: string } | undefined> {
      const row = await repo.lock(tx, roomId);
      if (row === undefined) return undefined;
      const role = await participants.roleOf(tx, roomId, hostId);
      if (row.owner_id !== hostId && role !== 'host' && role !== 'co-host') return undefined;
      if (!row.is_active) {
        addMoved(effects, roomId);
        await repo.update(tx, roomId, { is_active: true, last_activity_at: new Date(clock.now()) });
      }
      const isLocked = row.is_private || row.password_hash !== null;
      return isLocked ? invites.issue(tx, roomId, hostId) : { url: `${publicUrl}/rooms/${roomId}` };
    },
  };
}
