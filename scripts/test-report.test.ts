import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { run } from './run.ts';
import { summary } from './test-report.ts';
import { runVitest } from './vitest.ts';

const MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchparty-report-'));
  symlinkSync(MODULES, join(folder, 'node_modules'), 'junction');
  put('package.json', '{"type": "module"}');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const count = () => runVitest([], { cwd: folder, output: 'collect' });
const suite = (body: string) => `import { it, expect, afterAll } from 'vitest';\n${body}\n`;

it('counts tests that pass, fail and are skipped', async () => {
  put('a.test.ts', suite("it('a', () => {}); it('b', () => {}); it.skip('c', () => {}); it.todo('d');"));
  put('b.test.ts', suite("it('a', () => {}); it('b', () => { expect(1).toBe(2); });"));
  expect(await count()).toEqual({ passed: 3, failed: 1, skipped: 2 });
});

it.each([
  ['a file that cannot be read', "import './not-there.ts';"],
  ['a hook that throws', "afterAll(() => { throw new Error('no'); }); it('a', () => {});"],
  ['an error that nobody handles', "it('a', () => { void Promise.reject(new Error('late')); });"],
  ['a file without tests', ''],
  ['a test that runs alone', "it.only('a', () => {}); it('b', () => {});"],
  ['a crash', "it('a', () => { process.kill(process.ppid, 'SIGKILL'); });"],
])('counts %s as failed', async (_, body) => {
  put('a.test.ts', suite(body));
  put('b.test.ts', suite("it('x', () => new Promise((resolve) => setTimeout(resolve, 100)));"));
  expect((await count()).failed).toBeGreaterThan(0);
});

it('counts a run without any file as failed', async () => {
  expect(await count()).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

it('has one wording', () => {
  expect(summary({ passed: 3, failed: 0 })).toBe('3 passed, 0 failed');
});

it('takes a command that cannot start, and one that is killed, for failed', async () => {
  expect((await run('no-such-command-here', [])).code).toBe(127);
  expect((await run(process.execPath, ['--eval', "process.kill(process.pid, 'SIGKILL')"])).code).toBe(1);
});
