import { Problem } from '../../kernel/problem.ts';
import type { Asked } from './requests.repo.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** What keeps requests from being a nuisance. FR5, FR6 */
export const REQUEST_LIMITS = {
  /** Of one person, that wait for an answer. */
  pending: 100,
  /** Of one person, whatever becomes of them. */
  sentPerDay: 50,
  /** To the same person. */
  sameInDay: 3,
  afterRejectionMs: 30 * DAY_MS,
} as const;

/** Of one person. */
export const MOST_FRIENDS = 10_000;

export const dayBefore = (nowMs: number): Date => new Date(nowMs - DAY_MS);
/** No limit looks back further. */
export const KEPT_MS = REQUEST_LIMITS.afterRejectionMs + DAY_MS;

const waitUntil = (atMs: number, nowMs: number) => ({ retryAfterSeconds: Math.max(1, Math.ceil((atMs - nowMs) / 1000)) });

interface History {
  readonly rejectedAt: Date | null;
  readonly sent: number;
  readonly firstSentAt: Date | null;
}

/** Throws unless one more request to the same person may be sent. */
export function requireNotTooSoon({ rejectedAt, sent, firstSentAt }: History, nowMs: number): void {
  const openAtMs = rejectedAt === null ? 0 : rejectedAt.getTime() + REQUEST_LIMITS.afterRejectionMs;
  if (openAtMs > nowMs) throw new Problem('friends.request_too_soon', waitUntil(openAtMs, nowMs));
  if (sent >= REQUEST_LIMITS.sameInDay && firstSentAt !== null) {
    throw new Problem('friends.request_too_soon', waitUntil(firstSentAt.getTime() + DAY_MS, nowMs));
  }
}

/** Throws unless one more request to whomever may be sent. */
export function requireFew({ pending, sent, firstSentAt }: Asked, nowMs: number): void {
  if (sent >= REQUEST_LIMITS.sentPerDay && firstSentAt !== null) {
    throw new Problem('friends.requests_exhausted', waitUntil(firstSentAt.getTime() + DAY_MS, nowMs));
  }
  if (pending >= REQUEST_LIMITS.pending) throw new Problem('friends.requests_exhausted');
}
