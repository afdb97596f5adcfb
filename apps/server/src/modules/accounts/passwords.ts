import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { createTurns } from '../../kernel/turns.ts';

/** Argon2id, OWASP's first choice for these figures: 19 MiB, 2 passes, 1 lane (docs/decisions/0014-sign-in-safety.md). */
export interface PasswordCost {
  readonly memoryKiB: number;
  readonly passes: number;
}
export const defaultPasswordCost: PasswordCost = { memoryKiB: 19_456, passes: 2 };

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Takes as long without a hash as with one, so that time does not tell whether an account exists. */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  /** Whether a hash was made at another cost than one made now. */
  isOutdated(hash: string): boolean;
}

/** The same text typed on different keyboards may be composed differently (NIST SP 800-63B § 5.1.1.2). */
export const normalPassword = (password: string): string => password.normalize('NFKC');

interface Options {
  /** By default one core stays with the event loop, and one of the four threads of libuv with files and names. */
  readonly atOnce?: number;
  readonly maxWaiting?: number;
}

/** About two to four seconds of hashing on one core. */
const MAX_WAITING = 200;

/** AC7, AC8, AC16 */
export function createPasswords(
  cost: PasswordCost = defaultPasswordCost,
  { atOnce = Math.max(1, Math.min(3, availableParallelism() - 1)), maxWaiting = MAX_WAITING }: Options = {},
): Passwords {
  const options = { memoryCost: cost.memoryKiB, timeCost: cost.passes, parallelism: 1 };
  const prefix = `$argon2id$v=19$m=${cost.memoryKiB},t=${cost.passes},p=1$`;
  const turn = createTurns({ atOnce, maxWaiting, refusal: 'Too many people are signing in at this moment' });
  let decoy: Promise<string> | undefined;
  return {
    hash: (password) => turn(() => hash(normalPassword(password), options)),
    async verify(password, stored) {
      const matches = await turn(async () => {
        decoy ??= hash('no account has this', options);
        return verify(stored ?? (await decoy), normalPassword(password));
      });
      return stored !== undefined && matches;
    },
    isOutdated: (stored) => !stored.startsWith(prefix),
  };
}
