import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { aMail, describeMailer, SENDER } from './contract-suite.ts';
import { createFileMailer } from './file-mailer.ts';

async function setUp() {
  const dataDir = await mkdtemp(join(tmpdir(), 'watchparty-mail-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const folder = join(dataDir, 'outbox');
  const lines: string[] = [];
  const log = pino(new Writable({ write: (line: Buffer, _encoding, done) => (lines.push(JSON.parse(String(line)).msg), done()) }));
  return { dataDir, folder, lines, mailer: createFileMailer({ folder, ...SENDER }, { log }) };
}

describeMailer('files', async () => {
  const { folder, mailer } = await setUp();
  return {
    mailer,
    async received() {
      const names = await readdir(folder).catch(() => []);
      return Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')));
    },
  };
});

test('[ML9] Each mail is a file of its own that only its owner reads, and a log line names it', async () => {
  const { folder, lines, mailer } = await setUp();
  await mailer.send(aMail({ id: 'b' }));
  await mailer.send(aMail({ id: 'a' }));
  await mailer.send(aMail({ id: 'a', subject: 'Again' }));
  expect(await readdir(folder)).toEqual(['a.eml', 'b.eml']);
  expect(await readFile(join(folder, 'a.eml'), 'utf8')).toContain('Subject: Again\r\n');
  const [a, b] = [join(folder, 'a.eml'), join(folder, 'b.eml')];
  expect(lines).toEqual([b, a, a].map((path) => `Mail written to ${path}`));
  if (process.platform !== 'win32') expect((await stat(a)).mode & 0o777).toBe(0o600);
});

test('[ML9] Where no file can be written, sending fails and leaves nothing', async () => {
  const { dataDir, folder, mailer, lines } = await setUp();
  await writeFile(folder, 'in the way');
  await expect(mailer.send(aMail())).rejects.toMatchObject({ code: expect.stringMatching(/ENOTDIR|EEXIST/) });
  expect(await readdir(dataDir)).toEqual(['outbox']);
  expect(lines).toEqual([]);
});

test('[ML2] An id that is no file name is refused', async () => {
  const { dataDir, mailer } = await setUp();
  await expect(mailer.send(aMail({ id: '../../escaped' }))).rejects.toThrow('Message-ID');
  expect(await readdir(dataDir)).toEqual([]);
});
