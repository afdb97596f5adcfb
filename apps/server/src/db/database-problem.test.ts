import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/postgres.ts';
import { databaseProblem } from './database-problem.ts';
import { createPool } from './pool.ts';
import { openNetwork } from '../../test/network.ts';
import { query } from './test/processes.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase({ migrated: false, poolSize: 1, statementTimeoutMs: 200 });
});
afterAll(() => own?.drop());

const log = pino({ level: 'silent' });
const run = (text: string) => sql.raw(text).execute(own.database.kysely);
const codeOf = async (work: Promise<unknown>) =>
  databaseProblem(await work.then(() => undefined, (error: unknown) => error))?.code;

describe('what an error of the database means for a request', () => {
  test('a statement that runs too long', async () => {
    expect(await codeOf(run('SELECT pg_sleep(5)'))).toBe('service.unavailable');
  });

  test('a lock that is not given', async () => {
    const holder = new pg.Client({ connectionString: own.connectionString });
    await holder.connect();
    await holder.query('CREATE TABLE locked (id integer)');
    await holder.query('BEGIN; LOCK TABLE locked');
    const error: unknown = await run('SELECT * FROM locked').catch((reason: unknown) => reason);
    await holder.end();
    expect(error).toMatchObject({ code: '55P03' });
    expect(databaseProblem(error)?.code).toBe('service.unavailable');
  });

  test('no connection is free', async () => {
    const busy = own.database.transaction(async (tx) => {
      const error: unknown = await own.database.health().catch((reason: unknown) => reason);
      await sql`SELECT 1`.execute(tx);
      return error;
    });
    const problem = databaseProblem(await busy);
    expect(problem).toMatchObject({ code: 'service.unavailable', retryAfterSeconds: 2 });
  });

  test('a connection ended by the server, in a statement and between two', async () => {
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                  WHERE datname = current_database() AND application_name = 'watchparty'`;
    expect(await codeOf(run('SELECT pg_terminate_backend(pg_backend_pid())'))).toBe('service.unavailable');
    const between = own.database.transaction(async (tx) => {
      await sql`SELECT 1`.execute(tx);
      await query(own.connectionString, end);
      await sql`SELECT 1`.execute(tx);
    });
    expect(await codeOf(between)).toBe('service.unavailable');
    // Idle ones too; and after all that the pool still serves.
    await own.database.health();
    await query(own.connectionString, end);
    await expect.poll(() => own.database.health().then(() => 'serves', () => 'not yet')).toBe('serves');
  });

  test('too many connections', async () => {
    await run("CREATE ROLE crowd LOGIN PASSWORD 'crowd' CONNECTION LIMIT 0");
    const url = own.connectionString.replace(/\/\/[^@]+@/, '//crowd:crowd@');
    const pool = createPool({ connectionString: url, size: 1, statementTimeoutMs: 1000 }, log);
    const error: unknown = await pool.query('SELECT 1').catch((reason: unknown) => reason);
    await pool.end();
    await run('DROP ROLE crowd');
    expect(error).toMatchObject({ code: '53300' });
    expect(databaseProblem(error)?.code).toBe('service.unavailable');
  });

  test.each([
    ['nothing listens', 'postgres://me:x@127.0.0.1:1/app'],
    ['the socket is gone', 'postgres://me:x@/app?host=/nonexistent'],
  ])('%s', async (_, connectionString) => {
    const pool = createPool({ connectionString, size: 1, statementTimeoutMs: 1000 }, log);
    expect(await codeOf(pool.query('SELECT 1'))).toBe('service.unavailable');
    await pool.end();
  });

  test('the network went silent in the middle of a statement: the connection is given up, not the pool', async () => {
    const network = await openNetwork(own.connectionString);
    const { connectionString } = network;
    const pool = createPool({ connectionString, size: 1, statementTimeoutMs: 60_000, silenceTimeoutMs: 300 }, log);
    await pool.query('SELECT 1');
    network.silence();
    expect(await codeOf(pool.query('SELECT 1'))).toBe('service.unavailable');
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
    await network.close();
  });

  test.each(['53100', '58030'])('no room on the disk (%s)', async (state) => {
    const text = 'could not extend file: No space left on device';
    const raise = run(`DO $$ BEGIN RAISE EXCEPTION '${text}' USING ERRCODE = '${state}'; END $$`);
    expect(await codeOf(raise)).toBe('storage.full');
  });

  test('mistakes of our own are none of these', async () => {
    expect(await codeOf(run('SELECT * FROM nowhere'))).toBeUndefined();
    expect(await codeOf(run('SELECT 1 / 0'))).toBeUndefined();
    expect(await codeOf(readFile('/nonexistent'))).toBeUndefined();
    expect(databaseProblem(new TypeError('no'))).toBeUndefined();
    expect(databaseProblem('no')).toBeUndefined();
  });
});
