import { subjectOfIp } from '@watchparty/redis-kit/rate-limit';
import type { Client } from '../accounts/index.ts';
import { isHashOf, type RefreshToken } from './refresh-tokens.ts';
import type { FamilyRow } from './sessions.repo.ts';

/** How long a used token is taken again, from the same device: two tabs, or an answer that was lost. */
export const GRACE_MS = 10_000;

/**
 * What a refresh token that is shown now means:
 * - `unknown`: nobody's, or of a session that has ended
 * - `current`: good, and used up by this
 * - `repeated`: just used by the same device; gets the token that it got then
 * - `reused`: somebody holds a token that somebody else has used
 */
export type Meaning = 'unknown' | 'current' | 'repeated' | 'reused';

export function meaningOf(token: RefreshToken, session: FamilyRow | undefined, client: Client, nowMs: number): Meaning {
  if (session === undefined || session.ended_at !== null || nowMs >= session.expires_at.getTime()) return 'unknown';
  if (isHashOf(session.refresh_hash, token)) return 'current';
  const usedMs = session.rotated_at?.getTime() ?? 0;
  const isRecent = Math.abs(nowMs - usedMs) <= GRACE_MS && isHashOf(session.previous_hash, token);
  return isRecent && session.successor_sealed !== null && isSameDevice(session, client) ? 'repeated' : 'reused';
}

/** As far as a request can tell: the same program at the same address, of IPv6 in the same /64. */
const isSameDevice = (session: FamilyRow, { userAgent, ip }: Client): boolean =>
  session.user_agent === userAgent && subjectOfIp(session.ip) === subjectOfIp(ip);
