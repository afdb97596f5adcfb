import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { cleanUp, killPostmaster, makeFolder, query, runningIn, startOpener, startWorks, until } from '../test/processes.ts';

afterEach(cleanUp);

describe('kills, and several at once', () => {
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
    // As after a reboot or in a new container: the ids in the lock files are those of another program,
    // one of PostgreSQL's own user, for those of others it does not take for itself.
    const { uid, gid } = await stat(path.join(dataDir, 'postgres'));
    const stranger = spawn('sleep', ['60'], { uid, gid });
    for (const name of ['postmaster.pid', '.s.PGSQL.5432.lock']) {
      const file = path.join(dataDir, 'postgres', name);
      await writeFile(file, (await readFile(file, 'utf8')).replace(/^\d+/, String(stranger.pid)));
    }
    const next = startOpener(dataDir);
    try {
      expect(await query(await next.line('ready'), 'SELECT id FROM films')).toEqual([{ id: 8 }]);
      await next.end();
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    } finally {
      stranger.kill();
    }
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
});
