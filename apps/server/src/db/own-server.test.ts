import { createServer } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/postgres.ts';
import { withDatabase } from '../../test/postgres-template.ts';
import { StartError } from '../kernel/start-error.ts';
import { openDatabase } from './open-database.ts';
import { checkVersion } from './own-server.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase({ migrated: false });
});
afterAll(() => own?.drop());

function open(url: string) {
  const settings = { url, dataDir: '/nonexistent', poolSize: 1, statementTimeoutMs: 1000 };
  return openDatabase(settings, { log: pino({ level: 'silent' }), progress: () => {} });
}

async function refusal(url: string): Promise<string> {
  const error: unknown = await open(url).catch((reason: unknown) => reason);
  if (!(error instanceof StartError)) throw new Error(`no StartError: ${String(error)}`);
  expect(error.message).not.toContain('secret');
  expect(error.message).not.toContain('\n');
  return error.message;
}

describe('DATABASE_URL', () => {
  test('leads to an own server, which stays when the database is closed', async () => {
    const database = await open(own.connectionString);
    expect(database.embedded).toBe(false);
    expect((await database.health()).latencyMs).toBeGreaterThan(0);
    await database.close();
    await own.database.health();
  });

  test('nothing listens there', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    expect(await refusal(`postgres://me:secret@127.0.0.1:${port}/app`)).toBe(
      `DATABASE_URL does not work: nothing listens at 127.0.0.1:${port}; is PostgreSQL running?`,
    );
  });

  test('there is no such socket', async () => {
    expect(await refusal('postgres://me:secret@/app?host=/nonexistent')).toMatch(/there is no socket at \/nonexistent/);
  });

  test('what listens there is not PostgreSQL', async () => {
    const server = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    expect(await refusal(`postgres://me:secret@127.0.0.1:${port}/app`)).toMatch(/^DATABASE_URL does not work: /);
    await new Promise((resolve) => server.close(resolve));
  });

  test('the password is wrong', async () => {
    const url = own.connectionString.replace(/:[^:@]+@/, ':secret-wrong@');
    expect(await refusal(url)).toMatch(/refused the password of "watchparty"/);
  });

  test('the database does not exist', async () => {
    expect(await refusal(withDatabase(own.connectionString, 'nowhere'))).toMatch(/there is no database "nowhere" at/);
  });

  test('the address is none', async () => {
    expect(await refusal('postgres://me:secret@host:port/app')).toMatch(/^DATABASE_URL is not an address of PostgreSQL/);
  });

  test.each(['14.11 (Debian 14.11-1.pgdg120+2)', '9.6.24', ''])('version %j is too old', (version) => {
    expect(() => checkVersion(version)).toThrow(StartError);
    expect(() => checkVersion(version)).toThrow(/needs 15 or newer/);
  });

  test.each(['15.0', '16.4', '18beta1'])('version %s will do', (version) => {
    expect(() => checkVersion(version)).not.toThrow();
  });
});
