import { randomFillSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../kernel/clock.ts';

const PLAIN = /^[\w.-]{8,64}$/;
/** Of a UUIDv7 74 bits are random: 3 digits, one of `89ab`, and 15 digits. */
const RANDOM_DIGITS = 19;
/** Asking the system for ten bytes costs as much as for a thousand. */
const IDS_PER_POOL = 400;
const POOL_BYTES = (IDS_PER_POOL * RANDOM_DIGITS) / 2;

export type RequestIds = (request?: IncomingMessage) => string;

/**
 * Names requests: by the caller's own `X-Request-Id` when it is a plain one, so that their logs and ours can be
 * read together, else by a new UUIDv7.
 */
export function createRequestIds(clock: Clock): RequestIds {
  const pool = Buffer.alloc(POOL_BYTES);
  let digits = '';
  let used = 0;
  let time = '';
  let timeMs = -1;

  return (request) => {
    const given = request?.headers['x-request-id'];
    if (typeof given === 'string' && PLAIN.test(given)) return given;
    if (used === digits.length) {
      digits = randomFillSync(pool).toString('hex');
      used = 0;
    }
    const nowMs = clock.now();
    if (nowMs !== timeMs) {
      const hex = nowMs.toString(16).padStart(12, '0');
      time = `${hex.slice(0, 8)}-${hex.slice(8)}`;
      timeMs = nowMs;
    }
    const at = used;
    used += RANDOM_DIGITS;
    const variant = VARIANTS[Number.parseInt(digits[at + 3]!, 16) & 3];
    return `${time}-7${digits.slice(at, at + 3)}-${variant}${digits.slice(at + 4, at + 7)}-${digits.slice(at + 7, at + RANDOM_DIGITS)}`;
  };
}

const VARIANTS = '89ab';
