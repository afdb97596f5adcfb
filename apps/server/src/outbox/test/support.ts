import { pino } from 'pino';
import Type from 'typebox';
import { onTestFinished } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/postgres.ts';
import { openDatabase, type Database } from '../../db/index.ts';
import { systemClock } from '../../kernel/clock.ts';
import { createOutbox, defaultOutboxSettings, effectKind, type EffectHandler, type Outbox, type OutboxSettings } from '../index.ts';

const payload = Type.Object({ n: Type.Integer() }, { additionalProperties: false });
type Payload = Type.Static<typeof payload>;
/** Nobody waits for it. */
export const job = effectKind('test.job', payload, { answerWaits: false });
/** The answer waits for it. */
export const fence = effectKind('test.fence', payload, { answerWaits: true });

/** Quick pauses, so that tests wait for events and not for the product's patience. */
const quick: OutboxSettings = {
  ...defaultOutboxSettings, ownershipMs: 300, answerWaitMs: 2000, pollIntervalMs: 20, firstRetryMs: 5, maxRetryMs: 40, maxRestMs: 40,
};

const silent = pino({ level: 'silent' });

/** A node: an outbox with a pool of its own on the given database, closed when the test ends. */
export async function startNode(
  db: TestDatabase,
  handlers: readonly EffectHandler[],
  settings: Partial<OutboxSettings> = {},
  onUnfenced: () => void = () => {},
): Promise<{ outbox: Outbox; database: Database }> {
  const database = await openDatabase(
    { url: db.connectionString, dataDir: '/nonexistent', poolSize: 6, statementTimeoutMs: 10_000 },
    { log: silent, progress: () => {} },
  );
  const outbox = await createOutbox({ database, handlers, clock: systemClock, log: silent, onUnfenced }, { ...quick, ...settings });
  onTestFinished(async () => {
    await outbox.close();
    await database.close();
  });
  return { outbox, database };
}

/** A database of the test's own. Registered first, so dropped last. */
export async function testDatabase(): Promise<TestDatabase> {
  const db = await createTestDatabase();
  onTestFinished(() => db.drop());
  return db;
}

/** A handler's `apply` that remembers what it was given and then does as it is told. */
export function recorder(behave: (numbers: readonly number[]) => Promise<void> | void = () => {}) {
  /** What each call was given. */
  const calls: number[][] = [];
  /** What calls that did not throw were given. */
  const applied: number[] = [];
  return {
    calls,
    applied,
    async apply(payloads: readonly Payload[]): Promise<void> {
      const numbers = payloads.map(({ n }) => n);
      calls.push(numbers);
      await behave(numbers);
      applied.push(...numbers);
    },
  };
}

/** A door that handlers wait at. */
export function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}

export const ascending = (a: number, b: number): number => a - b;
