import { globSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { cleanUp, killPostmaster, makeFolder, query, startOpener, until } from '../test/processes.ts';
import { findPostmaster } from './postmaster.ts';

afterEach(cleanUp);

const runningIn = (dataDir: string) => findPostmaster(path.join(dataDir, 'postgres'));

/** Opens, checks that it works for writing, and closes. */
async function startWorks(dataDir: string): Promise<void> {
  const opener = startOpener(dataDir);
  await query(await opener.line('ready'), 'CREATE TABLE IF NOT EXISTS proof (at timestamptz)');
  await opener.end();
  await opener.line('closed');
  expect(await runningIn(dataDir)).toBeUndefined();
}

describe('embedded PostgreSQL', () => {
  test('a first start creates it and says so, a later one finds the data', async () => {
    const dataDir = await makeFolder();
    const first = startOpener(dataDir);
    const address = await first.line('ready');
    expect(first.lines.slice(0, 2)).toEqual(['progress Creating the database…', 'progress Starting PostgreSQL 18…']);
    await query(address, 'CREATE TABLE films AS SELECT 1 AS id');
    await first.end();
    expect(await runningIn(dataDir)).toBeUndefined();

    const second = startOpener(dataDir);
    expect(await query(await second.line('ready'), 'SELECT id FROM films')).toEqual([{ id: 1 }]);
    expect(second.lines).toHaveLength(1);
    await second.end();
  });

  test('it is safe: fsync, checksums, UTF-8, a password, no TCP, closed folders', async () => {
    const dataDir = await makeFolder();
    const opener = startOpener(dataDir);
    const address = await opener.line('ready');
    const settings = ['fsync', 'data_checksums', 'server_encoding', 'listen_addresses', 'synchronous_commit', 'TimeZone'];
    const rows = await query(address, 'SELECT current_setting(name) AS value FROM unnest($1::text[]) AS name', [settings]);
    expect(rows.map((row) => (row as { value: string }).value)).toEqual(['on', 'on', 'UTF8', '', 'on', 'UTC']);
    expect(await query(address, "SELECT lower('ÄÖЖ') AS lower, 'B' < 'a' AS by_code")).toEqual([
      { lower: 'äöж', by_code: true },
    ]);
    await expect(query(address.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(path.join(dataDir, 'postgres'))).mode & 0o777).toBe(0o700);
    expect((await stat(path.join(dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600);
    await opener.end();
  });

  test('a kill at any moment of the first start leaves nothing that stops the next', async () => {
    // Each is the trace of a step, in the order of a first start; a random moment after it is the kill's.
    const traces = ['PG_VERSION', 'base/1', 'global/pg_control', 'base/5', 'postgresql.auto.conf', 'postmaster.pid'];
    for (const trace of traces) {
      const dataDir = await makeFolder();
      const killed = startOpener(dataDir);
      await until(() => globSync(`{postgres.new-*/cluster,postgres}/${trace}`, { cwd: dataDir }).length > 0);
      const waitMs = Math.random() * 60;
      await sleep(waitMs);
      await killed.kill('SIGKILL');
      await startWorks(dataDir);
      const left = (await readdir(dataDir)).filter((name) => name.includes('.new-'));
      expect(left, `killed ${waitMs} ms after ${trace}`).toEqual([]);
      await cleanUp();
    }
  }, 60_000);

  test('after kill -9 the next start takes the running server over, with all that was committed', async () => {
    const dataDir = await makeFolder();
    const killed = startOpener(dataDir);
    await query(await killed.line('ready'), 'CREATE TABLE films AS SELECT 7 AS id');
    const before = await runningIn(dataDir);
    await killed.kill('SIGKILL');
    const next = startOpener(dataDir);
    expect(await query(await next.line('ready'), 'SELECT id FROM films')).toEqual([{ id: 7 }]);
    expect((await runningIn(dataDir))?.pid).toBe(before?.pid);
    await next.end();
    expect(await runningIn(dataDir)).toBeUndefined();
  });

  test('after a kill of everything the next start recovers, even when the process id is taken', async () => {
    const dataDir = await makeFolder();
    const killed = startOpener(dataDir);
    await query(await killed.line('ready'), 'CREATE TABLE films AS SELECT 8 AS id');
    await killed.kill('SIGKILL');
    await killPostmaster(path.join(dataDir, 'postgres'));
    // As after a reboot or in a new container: the ids in the lock files are those of another program.
    for (const name of ['postmaster.pid', '.s.PGSQL.5432.lock']) {
      const file = path.join(dataDir, 'postgres', name);
      await writeFile(file, (await readFile(file, 'utf8')).replace(/^\d+/, String(process.pid)));
    }
    const next = startOpener(dataDir);
    expect(await query(await next.line('ready'), 'SELECT id FROM films')).toEqual([{ id: 8 }]);
    await next.end();
  });

  test('a second process on the same DATA_DIR is refused, and the first one is not disturbed', async () => {
    const dataDir = await makeFolder();
    const first = startOpener(dataDir);
    const address = await first.line('ready');
    const second = startOpener(dataDir);
    expect(await second.line('refused')).toBe(
      `Another WatchParty runs with DATA_DIR ${dataDir}. Stop it, or set another DATA_DIR and PORT.`,
    );
    await second.end();
    expect(await query(address, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await first.end();
    await first.line('closed');
  });

  test('of several first starts at the same moment exactly one wins, and its database works', async () => {
    const dataDir = await makeFolder();
    const openers = [startOpener(dataDir), startOpener(dataDir), startOpener(dataDir)];
    const outcomes = await Promise.all(
      openers.map((opener) => Promise.any([opener.line('ready'), opener.line('refused').then(() => 'refused')])),
    );
    const addresses = outcomes.filter((outcome) => outcome !== 'refused');
    expect(addresses).toHaveLength(1);
    expect(await query(addresses[0] ?? '', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await Promise.all(openers.map((opener) => opener.end()));
    expect(await runningIn(dataDir)).toBeUndefined();
  });

  test('Ctrl+C in the terminal does not reach it', async () => {
    const dataDir = await makeFolder();
    const opener = startOpener(dataDir);
    const address = await opener.line('ready');
    process.kill(-opener.pid, 'SIGINT');
    expect(await query(address, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await opener.end();
    await opener.line('closed');
  });

  test('a server that dies is brought back', async () => {
    const dataDir = await makeFolder();
    const opener = startOpener(dataDir);
    const address = await opener.line('ready');
    await query(address, 'CREATE TABLE films AS SELECT 9 AS id');
    await killPostmaster(path.join(dataDir, 'postgres'));
    await until(async () => (await runningIn(dataDir))?.status === 'ready');
    expect(await query(address, 'SELECT id FROM films')).toEqual([{ id: 9 }]);
    await opener.end();
    await opener.line('closed');
    expect(await runningIn(dataDir)).toBeUndefined();
  });

  test('a lost password file is made anew', async () => {
    const dataDir = await makeFolder();
    const first = startOpener(dataDir);
    await query(await first.line('ready'), 'CREATE TABLE films AS SELECT 3 AS id');
    await first.end();
    await writeFile(path.join(dataDir, 'postgres.password'), 'something else\n');
    const next = startOpener(dataDir);
    expect(await query(await next.line('ready'), 'SELECT id FROM films')).toEqual([{ id: 3 }]);
    await next.end();
  });

  test('a cluster of another version is refused by name', async () => {
    const dataDir = await makeFolder();
    await startWorks(dataDir);
    await writeFile(path.join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
    const opener = startOpener(dataDir);
    expect(await opener.line('refused')).toMatch(/was made by PostgreSQL 17; this WatchParty brings 18/);
    await opener.end();
  });

  test('a path too long for a socket is served through the temporary folder', async () => {
    const dataDir = path.join(await makeFolder(), 'a-folder-with-quite-a-long-name'.repeat(4));
    const opener = startOpener(dataDir);
    const address = await opener.line('ready');
    expect(address).not.toContain('a-folder-with');
    expect(await query(address, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await opener.end();
    await rm(/host=([^&]+)/.exec(decodeURIComponent(address))?.[1] ?? '', { recursive: true });
  });
});
