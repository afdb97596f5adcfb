import { createHash, randomBytes } from 'node:crypto';
import type { RecoveryCodes, SecondFactor, SecondFactorSetup } from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import { type Audit, byOwner } from '../audit/index.ts';
import type { Attempts } from './attempts.ts';
import * as repo from './second-factor.repo.ts';
import type { Client, SessionOpener } from './sign-in.ts';
import { base32, otpauthUri, stepOf } from './totp.ts';

const ISSUER = 'WatchParty';
/** As long as the MAC (RFC 4226 § 4). */
const SECRET_BYTES = 20;
const RECOVERY_CODES = 10;
/** 120 bits: too many to try, so a plain hash keeps them (ASVS 6.5.2). */
const RECOVERY_CODE_BYTES = 15;

export interface SecondFactorDeps {
  readonly queries: Queries;
  readonly sessions: Pick<SessionOpener, 'requireRecentProof'>;
  readonly attempts: Pick<Attempts, 'code'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
}

export type SecondFactors = ReturnType<typeof createSecondFactors>;

/** AC17, AC18, AC19 */
export function createSecondFactors({ queries, sessions, attempts, audit, clock }: SecondFactorDeps) {
  const now = (): Date => new Date(clock.now());

  async function isEnabled(userId: number): Promise<boolean> {
    return (await repo.find(queries, userId))?.confirmed_at != null;
  }

  /** Takes the code of a half-minute that no code was taken of yet, nor of one after it. */
  async function takeCode(tx: Tx, row: repo.SecondFactorRow | undefined, code: string): Promise<boolean> {
    if (row === undefined) return false;
    const step = stepOf(row.secret, code, { nowMs: clock.now(), lastStep: row.last_step });
    if (step === undefined) return false;
    await repo.setLastStep(tx, row.user_id, step);
    return true;
  }

  async function newRecoveryCodes(tx: Tx, userId: number): Promise<RecoveryCodes> {
    const codes = Array.from({ length: RECOVERY_CODES }, () => base32(randomBytes(RECOVERY_CODE_BYTES)).toLowerCase());
    await repo.replaceRecoveryCodes(tx, userId, codes.map(hashOf));
    return { recoveryCodes: codes.map((code) => code.match(/.{6}/g)!.join('-')) };
  }

  return {
    isEnabled,

    /**
     * Uses a code up, of the app or a recovery code; false for one that is wrong or was used. Somebody who has shown
     * nothing else must not come here without `attempts.code`.
     */
    async take(tx: Tx, userId: number, text: string, client: Client): Promise<boolean> {
      const code = plain(text);
      const row = await repo.lock(tx, userId);
      if (row === undefined || row.confirmed_at === null) return false;
      if (await takeCode(tx, row, code)) return true;
      if (!(await repo.useRecoveryCode(tx, userId, hashOf(code)))) return false;
      await audit.record(tx, { action: 'second_factor.recovery_code_used', userId, client });
      return true;
    },

    async secondFactor({ userId }: Actor): Promise<SecondFactor> {
      const enabled = await isEnabled(userId);
      return { enabled, recoveryCodesLeft: enabled ? await repo.countRecoveryCodes(queries, userId) : 0 };
    },

    /** A secret for an app. It changes nothing until a code confirms it; asked for again, it is another. */
    async setUpSecondFactor(write: Write, actor: Actor): Promise<SecondFactorSetup> {
      await sessions.requireRecentProof(actor.sessionId);
      const secret = randomBytes(SECRET_BYTES);
      await write(async (tx) => {
        if (!(await repo.begin(tx, actor.userId, secret, now()))) throw new Problem('accounts.second_factor_enabled');
      });
      return { secret: base32(secret), uri: otpauthUri(secret, { issuer: ISSUER, account: actor.username }) };
    },

    /** From now on one signs in with a code as well. */
    async confirmSecondFactor(write: Write, actor: Actor, code: string, client: Client): Promise<RecoveryCodes> {
      await sessions.requireRecentProof(actor.sessionId);
      await attempts.code(actor.userId, undefined);
      return write(async (tx) => {
        const row = await repo.lock(tx, actor.userId);
        if (row === undefined) throw new Problem('accounts.second_factor_missing');
        if (row.confirmed_at !== null) throw new Problem('accounts.second_factor_enabled');
        if (!(await takeCode(tx, row, plain(code)))) throw new Problem('auth.code_wrong');
        await repo.confirm(tx, actor.userId, now());
        await audit.record(tx, { action: 'second_factor.enabled', ...byOwner(actor), client });
        return newRecoveryCodes(tx, actor.userId);
      });
    },

    /** Those from before are good for nothing any more. */
    async makeRecoveryCodes(write: Write, actor: Actor, client: Client): Promise<RecoveryCodes> {
      await sessions.requireRecentProof(actor.sessionId);
      return write(async (tx) => {
        const row = await repo.lock(tx, actor.userId);
        if (row === undefined || row.confirmed_at === null) throw new Problem('accounts.second_factor_missing');
        await audit.record(tx, { action: 'second_factor.recovery_codes_made', ...byOwner(actor), client });
        return newRecoveryCodes(tx, actor.userId);
      });
    },

    async disableSecondFactor(write: Write, actor: Actor, client: Client): Promise<void> {
      await sessions.requireRecentProof(actor.sessionId);
      await write(async (tx) => {
        if (!(await repo.remove(tx, actor.userId))) throw new Problem('accounts.second_factor_missing');
        await audit.record(tx, { action: 'second_factor.disabled', ...byOwner(actor), client });
      });
    },
  };
}

/** As people may type it: `Abcdef-ghijkl`, `123 456`. */
const plain = (text: string): string => text.replaceAll(/[\s-]/g, '').toLowerCase();

const hashOf = (code: string): Buffer => createHash('sha256').update(code).digest();
