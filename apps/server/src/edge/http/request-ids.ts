import { randomFillSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../kernel/clock.ts';
import { uuidv7 } from '../../kernel/ids.ts';

const PLAIN = /^[\w.-]{8,64}$/;
const RANDOM_BYTES = 10;
/** Asking the system for ten bytes costs as much as for a thousand. */
const POOL_BYTES = RANDOM_BYTES * 400;

export type RequestIds = (request?: IncomingMessage) => string;

/**
 * Names requests: by the caller's own `X-Request-Id` when it is a plain one, so that their logs and ours can be
 * read together, else by a new UUIDv7.
 */
export function createRequestIds(clock: Clock): RequestIds {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  return (request) => {
    const given = request?.headers['x-request-id'];
    if (typeof given === 'string' && PLAIN.test(given)) return given;
    if (used === POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const random = pool.subarray(used, used + RANDOM_BYTES);
    used += RANDOM_BYTES;
    return uuidv7(clock.now(), random);
  };
}
