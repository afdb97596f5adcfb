import { createHash } from 'node:crypto';
import { createRateLimiter, type RateLimitDriver, type RateLimiter } from '@watchparty/redis-kit/rate-limit';
import { Problem } from '../../kernel/problem.ts';

/** Each counts one try and throws `ratelimit.exceeded` when there are none left, before anything secret is compared. */
export interface Attempts {
  /**
   * A password for this name, as it was typed: whether there is such an account makes no difference. `device`: one that
   * is known to the account has tries of its own, which nobody else can use up. AC15
   */
  password(name: string, device: string | undefined): Promise<void>;
  /** A code, by somebody who has shown the right password or is signed in. AC18 */
  code(userId: number, device: string | undefined): Promise<void>;
  /** A password again, by somebody who is signed in. AC19 */
  proof(userId: number): Promise<void>;
}

interface Settings {
  readonly windowMs: number;
  /** 0: no limits. */
  readonly max: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Of a million codes three are right at a time: thirty tries a day find one within 20 years, as likely as not. */
const CODES_PER_DAY = 3;

export function createAttempts({ windowMs, max }: Settings, { driver }: { readonly driver: RateLimitDriver }): Attempts {
  const limiter = (prefix: string, rule: Settings): RateLimiter =>
    createRateLimiter({ ...rule, prefix, message: 'Too many tries; try again later' }, { driver });
  const passwords = limiter('sign-in', { windowMs, max });
  const fromDevices = limiter('sign-in-device', { windowMs, max });
  const codes = limiter('code', { windowMs: DAY_MS, max: max * CODES_PER_DAY });
  const proofs = limiter('proof', { windowMs, max });

  async function take(from: RateLimiter, subject: string): Promise<void> {
    const { allowed, retryAfterMs } = await from.check(subject);
    if (allowed) return;
    throw new Problem('ratelimit.exceeded', { detail: from.message, retryAfterSeconds: Math.ceil(retryAfterMs / 1000) });
  }

  return {
    password: (name, device) => (device === undefined ? take(passwords, hashOf(name)) : take(fromDevices, device)),
    code: (userId, device) => take(codes, device === undefined ? String(userId) : `${userId}-${device}`),
    proof: (userId) => take(proofs, String(userId)),
  };
}

/** Names are kept nowhere, least of all what somebody typed into the wrong field. */
const hashOf = (name: string): string => createHash('sha256').update(name.toLowerCase()).digest('base64url');
