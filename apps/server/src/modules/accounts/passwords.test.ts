import { randomBytes } from 'node:crypto';
import { createMemoryRateLimitDriver } from '@watchparty/redis-kit/rate-limit';
import { pino } from 'pino';
import Type from 'typebox';
import { expect, onTestFinished, test } from 'vitest';
import { createMemoryCaching } from '../../../test/memory-caching.ts';
import { createTestDatabase } from '../../../test/postgres.ts';
import { systemClock } from '../../kernel/clock.ts';
import { JOB_ENQUEUED } from '../../kernel/job.ts';
import { createOutbox, type EffectHandler } from '../../outbox/index.ts';
import { createSessions } from '../sessions/index.ts';
import { createAudit } from '../audit/index.ts';
import {
  createAccounts, createAttempts, createDeviceCookies, createPasswordRule, createPasswords, type Passwords,
} from './index.ts';

const ignoreJobs: EffectHandler = { kind: JOB_ENQUEUED, schema: Type.Object({}), answerWaits: false, apply: async () => {} };
const CHEAP = { memoryKiB: 64, passes: 1 };

test('[AC8] An unknown name costs the same work as a wrong password: one verification of a whole hash', async () => {
  const db = await createTestDatabase();
  const caching = createMemoryCaching(systemClock);
  const outbox = await createOutbox({ database: db.database, handlers: [ignoreJobs, caching.handler], clock: systemClock, log: pino({ level: 'silent' }) });
  onTestFinished(async () => {
    await outbox.close();
    await caching.cache.close();
    await db.drop();
  });
  const real = createPasswords(CHEAP);
  const verified: string[] = [];
  const passwords: Passwords = {
    hash: real.hash,
    verify(password, hash) {
      verified.push(password);
      return real.verify(password, hash);
    },
    isOutdated: real.isOutdated,
  };
  const queries = db.database.kysely;
  const audit = createAudit({ queries, retentionDays: 1, clock: systemClock });
  const accounts = createAccounts(
    { production: false, registration: 'open', adminEmail: undefined, publicUrl: 'http://watchparty.test' },
    {
      queries, passwords, passwordRule: createPasswordRule({ production: false }), clock: systemClock,
      invitations: { roomOf: async () => undefined }, delivery: { shown: String }, log: pino({ level: 'silent' }),
      audit, attempts: createAttempts({ windowMs: 60_000, max: 0 }, { driver: createMemoryRateLimitDriver({ clock: systemClock }) }),
      deviceCookies: createDeviceCookies({ publicUrl: 'http://watchparty.test', secret: randomBytes(32) }),
      sessions: createSessions({
        queries, secret: randomBytes(32), clock: systemClock, reads: caching.reads, write: outbox.write, audit,
        log: pino({ level: 'silent' }),
      }),
    },
  );
  const client = { userAgent: '', ip: '127.0.0.1' };
  await accounts.register(outbox.write, { email: 'ann@example.org', username: 'ann', password: 'correct horse' }, client);
  const login = (username: string, password: string) => accounts.login(outbox.write, { username, password }, client);
  for (const name of ['ann', 'nobody', 'nobody@example.org']) {
    verified.length = 0;
    await expect(login(name, 'wrong')).rejects.toMatchObject({ code: 'auth.credentials_wrong' });
    expect(verified, name).toEqual(['wrong']);
  }
  verified.length = 0;
  await login('ann', 'correct horse');
  expect(verified).toEqual(['correct horse']);
});

test('[AC8] Without a hash nothing matches, not even the stand-in’s own text', async () => {
  const passwords = createPasswords(CHEAP);
  expect(await passwords.verify('no account has this', undefined)).toBe(false);
  expect(await passwords.verify('right', await passwords.hash('right'))).toBe(true);
  expect(await passwords.verify('Right', await passwords.hash('right'))).toBe(false);
});

test('[AC1] A hash is Argon2id at the cost that was asked for, salted', async () => {
  const [one, two] = [await createPasswords().hash('same'), await createPasswords().hash('same')];
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(one).not.toBe(two);
});
