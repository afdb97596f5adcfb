import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogFile, type LogFile } from './log-file.ts';

let folder: string;
let nowMs: number;
const opened: LogFile[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-file-'));
  nowMs = 1_000_000;
});
afterEach(() => {
  opened.splice(0).forEach((file) => file.close());
  rmSync(folder, { recursive: true });
});

function open(troubles: string[] = [], path = join(folder, 'a.log')): LogFile {
  const file = createLogFile({
    path,
    maxBytes: 10,
    keep: 2,
    clock: { now: () => nowMs },
    onTrouble: (error) => troubles.push((error as NodeJS.ErrnoException).code ?? ''),
    onRecovery: () => troubles.push('recovered'),
  });
  opened.push(file);
  return file;
}
function write(file: LogFile, line: string): void {
  file.write(line);
  file.flushSync();
}
const contents = (): Record<string, string> => Object.fromEntries(
  readdirSync(folder).toSorted().map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
);

it('renames a full file, keeps the newest of the old ones, and always writes to the same name', () => {
  const file = open();
  for (const line of ['1......\n', '2......\n', '3......\n', '4......\n']) write(file, line);
  expect(contents()).toEqual({ 'a.log': '4......\n', 'a.1.log': '3......\n', 'a.2.log': '2......\n' });
});

it('goes on where an earlier run stopped, and lets a line be longer than a file', () => {
  write(open(), '1......\n');
  write(open(), 'much longer than ten\n');
  expect(contents()).toEqual({ 'a.log': 'much longer than ten\n', 'a.1.log': '1......\n' });
});

it('writes at the end of the turn without being asked', async () => {
  const file = open();
  file.write('1\n');
  file.write('2\n');
  expect(contents()).toEqual({});
  await new Promise(setImmediate);
  expect(contents()).toEqual({ 'a.log': '1\n2\n' });
});

it('does not rotate a file again that another process has rotated', () => {
  const [one, other] = [open(), open()];
  write(other, '1\n');
  write(one, '2......\n');
  nowMs += 5_000;
  write(other, '3\n');
  expect(contents()).toEqual({ 'a.log': '3\n', 'a.1.log': '1\n2......\n' });
  write(one, '4\n');
  expect(contents()).toEqual({ 'a.log': '3\n4\n', 'a.1.log': '1\n2......\n' });
});

it('notices within seconds that its file was moved away', () => {
  const file = open();
  write(file, '1\n');
  renameSync(join(folder, 'a.log'), join(folder, 'moved'));
  nowMs += 5_000;
  write(file, '2\n');
  expect(contents()).toEqual({ moved: '1\n', 'a.log': '2\n' });
});

it('tells of trouble once, drops what it cannot write, and tells when it is over', () => {
  const troubles: string[] = [];
  const blocker = open([], join(folder, 'logs'));
  write(blocker, 'x');
  const file = open(troubles, join(folder, 'logs/a.log'));
  write(file, '1\n');
  write(file, '2\n');
  expect(troubles).toEqual(['EEXIST']);
  rmSync(join(folder, 'logs'));
  write(file, '3\n');
  expect(troubles).toEqual(['EEXIST', 'recovered']);
  expect(readFileSync(join(folder, 'logs/a.log'), 'utf8')).toBe('3\n');
});
