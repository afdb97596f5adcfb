import type { GuestBody, GuestSignedIn } from '@watchparty/protocol';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import { type Audit, byOwner } from '../audit/index.ts';
import * as repo from './guests.repo.ts';
import type { Client, SessionOpener } from './sign-in.ts';

/** An evening with a long film. */
export const GUEST_SECONDS = 12 * 60 * 60;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface GuestDeps {
  readonly sessions: Pick<SessionOpener, 'createSession'>;
  /** Which room an invitation lets its holder into; undefined: none. Who gives them is none of accounts' business. */
  readonly invitations: { roomOf(token: string): Promise<number | undefined> };
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
}

/** People without an account, let into one room by its invitation. AC20, AC22 */
export function createGuests({ sessions, invitations, audit, clock }: GuestDeps) {
  return {
    async admitGuest(write: Write, { displayName, invite }: GuestBody, client: Client): Promise<GuestSignedIn> {
      const roomId = await invitations.roomOf(invite);
      if (roomId === undefined) throw new Problem('accounts.invite_invalid');
      const now = new Date(clock.now());
      const endsAt = new Date(clock.now() + GUEST_SECONDS * 1000);
      return write(async (tx, effects) => {
        const guest = await repo.insert(tx, { displayName: oneLine(displayName), roomId, until: endsAt, now });
        if (guest === undefined) throw new Problem('accounts.invite_invalid');
        const tokens = await sessions.createSession(tx, effects, guest.id, client, { endsAt, guestOf: roomId });
        await audit.record(tx, {
          action: 'guest.admitted', ...byOwner({ userId: guest.id, sessionId: tokens.sessionId }), client, details: { roomId },
        });
        return {
          guest: {
            id: guest.id, username: guest.username, displayName: guest.display_name, roomId, expiresAt: endsAt.toISOString(),
          },
          ...tokens,
        };
      });
    },

    /** How many guests whose time was over a day ago were removed. */
    async sweepGuests(write: Write, batchSize = 100): Promise<number> {
      const before = new Date(clock.now() - DAY_MS);
      let removed = 0;
      for (;;) {
        const count = await write((tx) => repo.removeGone(tx, before, batchSize));
        removed += count;
        if (count < batchSize) return removed;
      }
    },
  };
}

/** Without what is not to be seen or turns the direction of writing: nobody's name hides that they are a guest. */
function oneLine(name: string): string {
  const shown = name.toWellFormed().replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  if (shown === '') throw new Problem('request.invalid', { errors: [{ field: '/body/displayName', message: 'must be visible' }] });
  return shown;
}
