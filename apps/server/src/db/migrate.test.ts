import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/postgres.ts';
import { StartError } from '../kernel/start-error.ts';
import { migrate } from './migrate.ts';
import { query } from './test/processes.ts';

let own: TestDatabase;
let directory: string;
beforeEach(async () => {
  own = await createTestDatabase({ migrated: false });
  directory = await mkdtemp(path.join(tmpdir(), 'watchparty-migrations-'));
});
afterEach(async () => {
  await own?.drop();
  await rm(directory, { recursive: true, force: true });
});

const write = (name: string, sql: string) => writeFile(path.join(directory, name), sql);
const remove = (name: string) => rm(path.join(directory, name));
const migrateIt = (progress: (line: string) => void = () => {}) =>
  migrate(own.database, { log: pino({ level: 'silent' }), progress, directory });

async function refusal(): Promise<string> {
  const error: unknown = await migrateIt().catch((reason: unknown) => reason);
  if (!(error instanceof StartError)) throw new Error(`no StartError: ${String(error)}`);
  expect(error.message).not.toContain('\n');
  return error.message;
}

describe('migrations', () => {
  test('are applied in order, once', async () => {
    await write('0001_films.sql', 'CREATE TABLE films (id integer); INSERT INTO films VALUES (1);');
    await write('0002_film_titles.sql', "ALTER TABLE films ADD title text NOT NULL DEFAULT 'one';");
    expect(await migrateIt()).toEqual({ applied: ['0001_films.sql', '0002_film_titles.sql'] });
    expect(await migrateIt()).toEqual({ applied: [] });
    await write('0003_halls.sql', 'CREATE TABLE halls ()');
    expect(await migrateIt()).toEqual({ applied: ['0003_halls.sql'] });
    expect(await query(own.connectionString, 'SELECT * FROM films')).toEqual([{ id: 1, title: 'one' }]);
    const rows = await query(own.connectionString, 'SELECT version, name FROM schema_migrations ORDER BY version');
    expect(rows.at(-1)).toEqual({ version: 3, name: '0003_halls.sql' });
  });

  test('one that fails is undone whole, named with its line; those before it stay', async () => {
    await write('0001_films.sql', 'CREATE TABLE films (id integer)');
    await write('0002_broken.sql', 'CREATE TABLE halls ();\n\nALTER TABLE nowhere ADD x text;\n');
    expect(await refusal()).toBe('Migration 0002_broken.sql failed and was undone: relation "nowhere" does not exist');
    await write('0002_broken.sql', 'CREATE TABLE halls ();\nSELECT wrong FROM films;\n');
    expect(await refusal()).toBe(
      'Migration 0002_broken.sql, line 2 failed and was undone: column "wrong" does not exist',
    );
    await write('0002_broken.sql', 'CREATE TABLE halls ()');
    expect(await migrateIt()).toEqual({ applied: ['0002_broken.sql'] });
  });

  test('one that could not be recorded is undone', async () => {
    await write('0001_films.sql', 'CREATE TABLE films (id integer); ALTER TABLE schema_migrations RENAME TO elsewhere;');
    expect(await refusal()).toMatch(/^Migration 0001_films.sql failed and was undone: it could not be recorded/);
    expect(await query(own.connectionString, "SELECT to_regclass('films') AS found")).toEqual([{ found: null }]);
  });

  test('two nodes that start together: one applies, the other waits and finds it done', async () => {
    await write('0001_films.sql', 'CREATE TABLE films (id integer); SELECT pg_sleep(0.3); INSERT INTO films VALUES (1)');
    const lines: string[] = [];
    const results = await Promise.all([migrateIt((line) => lines.push(line)), migrateIt((line) => lines.push(line))]);
    expect(results.flatMap(({ applied }) => applied)).toEqual(['0001_films.sql']);
    expect(lines).toContain('Waiting for another node that changes the database…');
    expect(await query(own.connectionString, 'SELECT id FROM films')).toEqual([{ id: 1 }]);
  });

  test('a database newer than the code is refused, untouched', async () => {
    await write('0001_films.sql', 'CREATE TABLE films (id integer)');
    await write('0002_halls.sql', 'CREATE TABLE halls ()');
    await migrateIt();
    await remove('0002_halls.sql');
    expect(await refusal()).toMatch(/The database is newer than this WatchParty: it has migration 0002_halls.sql/);
  });

  test('a file that was changed after it had been applied is refused; line endings are no change', async () => {
    await write('0001_films.sql', 'CREATE TABLE films\n(id integer)\n');
    await migrateIt();
    await write('0001_films.sql', 'CREATE TABLE films\r\n(id integer)\r\n');
    expect(await migrateIt()).toEqual({ applied: [] });
    await write('0001_films.sql', 'CREATE TABLE films\n(id bigint)\n');
    expect(await refusal()).toMatch(/Migration 0001_films.sql was changed after it had been applied/);
  });

  test('a database that lacks one in the middle is refused', async () => {
    await write('0001_films.sql', 'CREATE TABLE films (id integer)');
    await write('0002_halls.sql', 'CREATE TABLE halls ()');
    await migrateIt();
    await query(own.connectionString, 'DELETE FROM schema_migrations WHERE version = 1');
    expect(await refusal()).toMatch(/lacks migration 1/);
  });

  test.each([
    ['a gap', ['0001_films.sql', '0003_halls.sql'], /missing before 0003_halls.sql/],
    ['a late start', ['0002_halls.sql'], /missing before 0002_halls.sql/],
    ['a duplicate', ['0001_films.sql', '0001_halls.sql'], /Two migration files have the number of 0001_halls.sql/],
    ['another name', ['1-films.sql'], /1-films.sql must be named like 0001_noun.sql/],
    ['number zero', ['0000_films.sql'], /0000_films.sql must be named/],
  ])('%s in the files is refused before anything is done', async (_, names, message) => {
    for (const name of names) await write(name, 'SELECT 1');
    expect(await refusal()).toMatch(message);
    expect(await query(own.connectionString, "SELECT to_regclass('schema_migrations') AS found")).toEqual([
      { found: null },
    ]);
  });

  test('those of the product itself are in order', async () => {
    const { applied } = await migrate(own.database, { log: pino({ level: 'silent' }), progress: () => {} });
    expect(applied.length).toBeGreaterThan(0);
  });
});
