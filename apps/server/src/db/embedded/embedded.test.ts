import { rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { cleanUp, killPostmaster, makeFolder, query, runningIn, startOpener, startWorks, until } from '../test/processes.ts';

afterEach(cleanUp);

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
