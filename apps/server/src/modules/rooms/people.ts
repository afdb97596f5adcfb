import type { Participant, ParticipantRole } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type PageOf, pageOf, type PageRequest } from '../../kernel/page.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { AttendanceBook } from './attendance.ts';
import * as participants from './participants.repo.ts';
import { mayChangeRoleOf, mayGiveRoles, mayManage, mayRemovePerson } from './rooms.policy.ts';
import * as repo from './rooms.repo.ts';
import { recordLeaving } from './room-days.repo.ts';
import { roleChanged } from './rooms.cache.ts';
import { addGone, addMoved, roomTouched } from './rooms.effects.ts';
import { participantView } from './rooms.views.ts';
import { lockSeen, look } from './standing.ts';
import type { Succession } from './succession.ts';

interface Deps {
  readonly queries: Queries;
  readonly clock: Clock;
  readonly attendance: Pick<AttendanceBook, 'of'>;
  readonly succession: Succession;
}

/** Who is in a room, as what, and who is not any more. RO2–RO4 */
export function createPeople({ queries, clock, attendance, succession }: Deps) {
  const view = (roomId: number, row: participants.ParticipantRow): Participant =>
    participantView(row, attendance.of(roomId, row.user_id).online);

  async function participant(db: Queries, roomId: number, userId: number): Promise<Participant> {
    const row = await participants.find(db, roomId, userId);
    if (row === undefined) throw new Problem('rooms.participant_not_found');
    return view(roomId, row);
  }

  return {
    async participants(actor: Actor | undefined, roomId: number, page: PageRequest): Promise<PageOf<Participant>> {
      const { row } = await look(queries, roomId, actor);
      const rows = await participants.list(queries, roomId, page);
      return pageOf(rows.map((person) => view(roomId, person)), row.participant_count, page);
    },

    async setRole(write: Write, actor: Actor, roomId: number, userId: number, role: ParticipantRole): Promise<Participant> {
      return write(async (tx, effects) => {
        const { row, standing } = await lockSeen(tx, roomId, actor);
        if (!mayGiveRoles(standing)) throw new Problem('rooms.not_host');
        if (userId === row.owner_id && role !== 'host') throw new Problem('rooms.owner_stays_host');
        const person = { userId, role: await participants.roleOf(tx, roomId, userId) };
        if (!mayChangeRoleOf(standing, person)) throw new Problem('rooms.rank_too_low');
        effects.add(roleChanged(roomId));
        effects.add(roomTouched(roomId));
        await participants.setRole(tx, roomId, userId, role);
        return participant(tx, roomId, userId);
      });
    },

    /** Kicks, and with `ban` keeps the person out; a ban also holds for somebody who is not in the room now. */
    async removePerson(write: Write, actor: Actor, roomId: number, userId: number, options: { readonly ban: boolean }): Promise<void> {
      await write(async (tx, effects) => {
        const { row, standing } = await lockSeen(tx, roomId, actor);
        const role = await participants.roleOf(tx, roomId, userId);
        if (!mayRemovePerson(standing, { userId, role })) {
          throw new Problem(mayManage(standing) ? 'rooms.rank_too_low' : 'rooms.not_host');
        }
        if (role !== undefined) await recordLeaving(tx, row, userId, new Date(clock.now()));
        const removed = await participants.remove(tx, roomId, userId);
        if (!removed && !options.ban) throw new Problem('rooms.participant_not_found');
        if (options.ban && !(await participants.ban(tx, roomId, userId, actor.userId))) {
          throw new Problem('rooms.participant_not_found');
        }
        if (removed) {
          addMoved(effects, roomId);
          addGone(effects, roomId, [userId], options.ban ? 'banned' : 'kicked');
          await succession.afterLeaving(tx, roomId, role);
          await repo.update(tx, roomId, {
            participant_count: row.participant_count - 1, last_activity_at: new Date(clock.now()),
          });
        }
      });
    },

    async unban(write: Write, actor: Actor, roomId: number, userId: number): Promise<void> {
      await write(async (tx) => {
        const { standing } = await lockSeen(tx, roomId, actor);
        if (!mayRemovePerson(standing, { userId, role: undefined })) throw new Problem('rooms.not_host');
        if (!(await participants.unban(tx, roomId, userId))) throw new Problem('rooms.participant_not_found');
      });
    },
  };
}
