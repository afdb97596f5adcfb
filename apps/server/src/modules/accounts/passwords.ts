import { hash, verify } from '@node-rs/argon2';

/** Argon2id, OWASP's first choice for these figures: 19 MiB, 2 passes, 1 lane: about 15 ms of one core. */
export interface PasswordCost {
  readonly memoryKiB: number;
  readonly passes: number;
}
export const defaultPasswordCost: PasswordCost = { memoryKiB: 19_456, passes: 2 };

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Takes as long without a hash as with one, so that time does not tell whether an account exists. */
  verify(password: string, hash: string | undefined): Promise<boolean>;
}

/** The same text typed on different keyboards may be composed differently (NIST SP 800-63B § 5.1.1.2). */
export const normalPassword = (password: string): string => password.normalize('NFKC');

export function createPasswords(cost: PasswordCost = defaultPasswordCost): Passwords {
  const options = { memoryCost: cost.memoryKiB, timeCost: cost.passes, parallelism: 1 };
  let decoy: Promise<string> | undefined;
  return {
    hash: (password) => hash(normalPassword(password), options),
    async verify(password, stored) {
      decoy ??= hash('no account has this', options);
      const matches = await verify(stored ?? (await decoy), normalPassword(password));
      return stored !== undefined && matches;
    },
  };
}
