import { randomBytes } from 'node:crypto';
import { createBus, createMemoryBusLine } from '@watchparty/redis-kit/bus';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { createMemoryCaching } from '../../../../test/memory-caching.ts';
import { createTestDatabase } from '../../../../test/postgres.ts';
import { createOutbox } from '../../../outbox/index.ts';
import { createAudit } from '../../audit/index.ts';
import { createRevocations, createSessions, createSessionStatistics, type Revoked } from '../index.ts';

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
export const CLIENT = { userAgent: 'test', ip: '192.0.2.1' };

/** A user's sessions at a time of our own. */
export async function prepare() {
  const db = await createTestDatabase();
  let now = Date.parse('2030-01-01T00:00:00Z');
  const clock = { now: () => now };
  const caching = createMemoryCaching(clock);
  const log = pino({ level: 'silent' });
  const bus = createBus({ driver: createMemoryBusLine().open(), log });
  const revocations = await createRevocations({ bus, log });
  const told: Revoked[] = [];
  revocations.listen({ revoked: (what) => told.push(what), mayHaveMissed: () => undefined });
  const outbox = await createOutbox({ database: db.database, handlers: [caching.handler, ...revocations.effects], clock, log });
  const queries = db.database.kysely;
  const { id: userId } = await queries.insertInto('users')
    .values({ email: 'ann@example.org', username: 'ann', display_name: 'Ann', password_hash: '' }).returning('id').executeTakeFirstOrThrow();
  const audit = createAudit({ queries, retentionDays: 1, clock });
  const deps = { queries, secret: randomBytes(32), clock, reads: caching.reads, write: outbox.write, audit, log };
  const sessions = createSessions(deps);
  onTestFinished(async () => {
    await sessions.close();
    await outbox.close();
    await revocations.close();
    await bus.close();
    await caching.cache.close();
    await db.drop();
  });
  return {
    userId, deps, sessions, identity: sessions.identity, statistics: createSessionStatistics({ queries, clock }), queries, clock, log,
    write: outbox.write, told,
    now: () => now,
    pass(ms: number) {
      now += ms;
    },
    open: (client = CLIENT) => outbox.write((tx, effects) => sessions.createSession(tx, effects, userId, client)),
    refresh: (refreshToken: string, client = CLIENT) => sessions.refresh(outbox.write, refreshToken, client),
  };
}
