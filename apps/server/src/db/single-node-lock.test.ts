import pg from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/postgres.ts';
import { StartError } from '../kernel/start-error.ts';
import { takeSingleNodeLock } from './single-node-lock.ts';
import { openNetwork } from '../../test/network.ts';
import { query, until } from './test/processes.ts';

let own: TestDatabase;
beforeEach(async () => {
  own = await createTestDatabase({ migrated: false });
});
afterEach(() => own?.drop());

const log = pino({ level: 'silent' });
const take = (onLost = () => {}) => takeSingleNodeLock(own.database, { onLost, log });
const END_HOLDER = `SELECT pg_terminate_backend(pid) FROM pg_locks
                     WHERE locktype = 'advisory' AND granted
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
const HOLDERS = END_HOLDER.replace('pg_terminate_backend(pid)', 'pid');

test('a second node is refused with one line, and admitted when the first has gone', async () => {
  const first = await take();
  await expect(take()).rejects.toThrow(StartError);
  await first.release();
  const second = await take();
  await second.release();
});

test('a lock whose session is just dying is waited for', async () => {
  const first = await take();
  const second = take();
  const order: string[] = [];
  void second.then(() => order.push('second has it'));
  await until(async () => (await query(own.connectionString, LOCK_SESSIONS)).length === 2);
  order.push('first lets go');
  await first.release();
  await (await second).release();
  expect(order).toEqual(['first lets go', 'second has it']);
});
const LOCK_SESSIONS = `SELECT 1 FROM pg_stat_activity
                        WHERE datname = current_database() AND application_name = 'watchparty lock singleNode'`;

test('a holder whose connection breaks takes the lock again', async () => {
  let lost = 0;
  const holder = await take(() => (lost += 1));
  const [before] = await query(own.connectionString, HOLDERS);
  await query(own.connectionString, END_HOLDER);
  await until(async () => {
    const [now] = await query(own.connectionString, HOLDERS);
    return now !== undefined && JSON.stringify(now) !== JSON.stringify(before);
  });
  await expect(take()).rejects.toThrow(StartError);
  expect(lost).toBe(0);
  await holder.release();
});

test('a holder whose network breaks is not kept out by its own former session', async () => {
  let lost = 0;
  const network = await openNetwork(own.connectionString);
  const holder = await takeSingleNodeLock(network, { onLost: () => (lost += 1), log });
  const [before] = await query(own.connectionString, HOLDERS);
  network.breakClients();
  await until(async () => {
    const [now] = await query(own.connectionString, HOLDERS);
    return now !== undefined && JSON.stringify(now) !== JSON.stringify(before);
  });
  expect(lost).toBe(0);
  await holder.release();
  await network.close();
});

test('a holder that finds another in its place is told', async () => {
  let lost = 0;
  const holder = await take(() => (lost += 1));
  const heir = new pg.Client({ connectionString: own.connectionString });
  await heir.connect();
  const [{ classid, objid } = { classid: 0, objid: 0 }] = (await query(
    own.connectionString,
    HOLDERS.replace('SELECT pid', 'SELECT classid::bigint::int AS classid, objid::bigint::int AS objid'),
  )) as { classid: number; objid: number }[];
  // It waits in the queue, so that it has the lock before the holder can come back.
  const inherited = heir.query('SELECT pg_advisory_lock($1, $2)', [classid, objid]);
  await until(async () => (await query(own.connectionString, 'SELECT 1 FROM pg_locks WHERE NOT granted')).length > 0);
  await query(own.connectionString, END_HOLDER);
  await inherited;
  await until(() => lost > 0);
  expect(lost).toBe(1);
  await holder.release();
  await heir.end();
});
