import type { ParticipantRole } from '@watchparty/protocol';
import type { Tx } from '../../db/index.ts';
import type { Write } from '../../kernel/write.ts';
import type { AttendanceBook } from './attendance.ts';
import * as participants from './participants.repo.ts';
import { roleChanged } from './rooms.cache.ts';
import { roomTouched } from './rooms.effects.ts';
import * as repo from './rooms.repo.ts';

/** Who is host when the hosts have gone. LR6 */
export interface Succession {
  /** Under the room's lock, after somebody with this role was taken out; the change must tell of the room's people. */
  afterLeaving(tx: Tx, roomId: number, role: ParticipantRole | undefined): Promise<void>;
  /** No host of the room is online, but others are. Answers who is host now, if that was still so. */
  afterAbsence(write: Write, roomId: number): Promise<number | undefined>;
}

interface Deps {
  readonly attendance: Pick<AttendanceBook, 'everybody'>;
}

export function createSuccession({ attendance }: Deps): Succession {
  const onlineIn = (roomId: number): number[] => attendance.everybody(roomId).map(({ userId }) => userId);
  return {
    async afterLeaving(tx, roomId, role) {
      if (role === 'host') await participants.appointHost(tx, roomId, { online: onlineIn(roomId), onlyOnline: false });
    },

    afterAbsence: (write, roomId) =>
      write(async (tx, effects) => {
        if ((await repo.lock(tx, roomId)) === undefined) return undefined;
        const userId = await participants.appointHost(tx, roomId, { online: onlineIn(roomId), onlyOnline: true });
        if (userId === undefined) return undefined;
        effects.add(roleChanged(roomId));
        effects.add(roomTouched(roomId));
        return userId;
      }),
  };
}
