import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Problem } from '../../kernel/problem.ts';

export interface StreamGrant {
  readonly movieId: number;
  /** 0: anyone, for a public movie. */
  readonly userId: number;
  /** Seconds since the Unix epoch. */
  readonly expires: number;
}

export interface StreamUrls {
  /** The path and query of a film, with the right to read it, for a `<video>` element that can send no header. */
  sign(grant: StreamGrant): string;
  /** Throws `movies.stream_url_invalid` unless `signature` is ours for just this grant and it has not expired. */
  verify(grant: StreamGrant, signature: string, nowMs: number): void;
}

const MIN_LIFETIME_SECONDS = 60 * 60;
const MAX_LIFETIME_SECONDS = 12 * 60 * 60;

/**
 * Twice the film and at least an hour, so that pauses do not end it; half a day at most. The right itself is asked
 * again at every request, so a longer life keeps nobody in who was put out.
 */
export const lifetimeSeconds = (durationSeconds: number): number =>
  Math.min(MAX_LIFETIME_SECONDS, Math.max(MIN_LIFETIME_SECONDS, Math.ceil(durationSeconds * 2)));

export function createStreamUrls(secret: Uint8Array): StreamUrls {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'watchparty stream url', 32));
  const signatureOf = ({ movieId, userId, expires }: StreamGrant): Buffer =>
    createHmac('sha256', key).update(`${movieId}.${userId}.${expires}`).digest();

  return {
    sign(grant) {
      const { movieId, userId, expires } = grant;
      const signature = signatureOf(grant).toString('base64url');
      return `/api/movies/${movieId}/stream?user=${userId}&expires=${expires}&signature=${signature}`;
    },
    verify(grant, signature, nowMs) {
      const given = Buffer.from(signature, 'base64url');
      const expected = signatureOf(grant);
      const ours = given.length === expected.length && timingSafeEqual(given, expected);
      if (!ours || grant.expires * 1000 <= nowMs) throw new Problem('movies.stream_url_invalid');
    },
  };
}
