import { createHash, randomBytes } from 'node:crypto';
import type { Queries, Tx } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import * as repo from './invites.repo.ts';

/** How long an invitation lets somebody in. */
export const INVITE_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

export interface IssuedInvite {
  readonly invite: string;
  readonly url: string;
  readonly expiresAt: Date;
}

export interface Invites {
  /** A link that lets whoever holds it into the room for a week. Only its hash is kept. */
  issue(tx: Tx, roomId: number, createdBy: number): Promise<IssuedInvite>;
  /** Which room it lets its holder into; undefined: none any more. */
  roomOf(invite: string): Promise<number | undefined>;
}

interface Deps {
  readonly queries: Queries;
  readonly publicUrl: string;
  readonly clock: Clock;
}

/** RO5 */
export function createInvites({ queries, publicUrl, clock }: Deps): Invites {
  const now = (): Date => new Date(clock.now());
  return {
    async issue(tx, roomId, createdBy) {
      const invite = randomBytes(24).toString('base64url');
      const expiresAt = new Date(clock.now() + INVITE_LIFETIME_MS);
      await repo.insert(tx, { tokenHash: hashToken(invite), roomId, createdBy, now: now(), expiresAt });
      return { invite, url: `${publicUrl}/rooms/${roomId}?invite=${invite}`, expiresAt };
    },
    roomOf: (invite) => repo.roomOf(queries, hashToken(invite), now()),
  };
}

const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();
