import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

type Line = Record<string, unknown> & { msg: string };

const MODULE = JSON.stringify(new URL('log.ts', import.meta.url).href);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly tty?: boolean;
  readonly logDir?: string;
  readonly level?: string;
  readonly env?: Record<string, string | undefined>;
}

/** Runs the code in a process of its own, with `log` and `close` at hand; gives what reached standard output. */
async function run(code: string, options: Run = {}): Promise<{ stdout: string; exit: number | null }> {
  const { tty = false, logDir = folder, level = 'debug', env = {} } = options;
  const files = logDir === 'off' ? { kind: 'off' } : { kind: 'folder', folder: logDir };
  const script = `
    import { createLog } from ${MODULE};
    const { log, close } = createLog(${JSON.stringify({ level, files })}, { tty: ${tty} });
    ${code}
  `;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ...env },
  });
  try {
    const exited = new Promise<number | null>((resolve) => {
      child.once('exit', resolve);
    });
    let stdout = '';
    for await (const chunk of child.stdout) stdout += String(chunk);
    return { stdout, exit: await exited };
  } finally {
    child.kill('SIGKILL');
  }
}

const parsed = (text: string): Line[] => text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Line);
const file = (name: string): Line[] => parsed(readFileSync(join(folder, name), 'utf8'));
const messages = (lines: readonly Line[]): string[] => lines.map(({ msg }) => msg);

describe('where lines go', () => {
  it('writes JSON with ISO times to standard output and combined.log, errors to error.log too', async () => {
    const { stdout } = await run(`
      log.debug('one'); log.child({ module: 'rooms' }).info({ id: 5 }, 'two'); log.error(new Error('three'));
      await close(); log.info('after');
    `);
    const lines = parsed(stdout);
    expect(messages(lines)).toEqual(['one', 'two', 'three', 'after']);
    expect(lines[1]).toMatchObject({ level: 'info', module: 'rooms', id: 5 });
    expect(lines[1]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(file('combined.log')).toEqual(lines.slice(0, 3));
    expect(file('error.log')).toEqual(lines.slice(2, 3));
    expect(lines[2]).toMatchObject({ err: { type: 'Error', message: 'three' } });
  });

  it('keeps to the level', async () => {
    const { stdout } = await run(`log.debug('one'); log.info('two'); await close();`, { level: 'info' });
    expect(messages(parsed(stdout))).toEqual(['two']);
    expect(messages(file('combined.log'))).toEqual(['two']);
  });

  it('writes for people in a terminal, in colours, and JSON to the files all the same', async () => {
    const { stdout } = await run(`log.info({ module: 'rooms' }, 'hello'); await close();`, {
      tty: true, env: { FORCE_COLOR: '1', NO_COLOR: undefined },
    });
    expect(stdout).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] \u001b\[32mINFO\u001b\[39m: \u001b\[36mhello/);
    expect(stdout).not.toMatch(/hostname|pid/);
    expect(messages(file('combined.log'))).toEqual(['hello']);
  });
});

describe('crashes', () => {
  it.each([
    ['process.exit', `log.info('one'); log.fatal('two'); process.exit(7);`, ['one', 'two']],
    ['an uncaught exception', `log.info('one'); throw new Error('crash');`, ['one']],
    ['SIGKILL right after an error', `log.info('one'); log.error('two'); process.kill(process.pid, 'SIGKILL');`,
      ['one', 'two']],
  ])('%s loses nothing', async (_name, code, expected) => {
    const { stdout, exit } = await run(code);
    expect(exit).not.toBe(0);
    expect(messages(parsed(stdout))).toEqual(expected);
    expect(messages(file('combined.log'))).toEqual(expected);
  });
});

describe('trouble', () => {
  const code = `
    for (const text of ['one', 'two']) { log.error(text); await new Promise(setImmediate); }
    await close(); console.log(JSON.stringify({ msg: 'alive' }));
  `;

  it('warns once and goes on when the folder cannot be made', async () => {
    writeFileSync(join(folder, 'taken'), '');
    const { stdout } = await run(code, { logDir: join(folder, 'taken/logs') });
    const lines = parsed(stdout);
    expect(messages(lines).toSorted()).toEqual(
      ['Log files cannot be written; going on without', 'alive', 'one', 'two'],
    );
    expect(lines.find(({ msg }) => msg.startsWith('Log files'))).toMatchObject({ level: 'warn', module: 'log' });
  });

  it.skipIf(process.platform !== 'linux')('warns once and goes on when the disk is full', async () => {
    symlinkSync('/dev/full', join(folder, 'combined.log'));
    const { stdout } = await run(code);
    const warnings = parsed(stdout).filter(({ level }) => level === 'warn');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ err: { code: 'ENOSPC' } });
    expect(stdout).toContain('alive');
    expect(messages(file('error.log'))).toEqual(['one', 'two']);
  });

  it('outlives a reader of standard output that has gone', async () => {
    const { exit } = await run(`
      import { closeSync } from 'node:fs';
      closeSync(1); log.error('unheard'); await close(); process.exitCode = 3;
    `);
    expect(exit).toBe(3);
    expect(messages(file('combined.log'))).toEqual(['unheard']);
  });
});

describe('secrets', () => {
  it('are masked in fields at any depth, in errors, bindings, URLs and what writes itself', async () => {
    const { stdout } = await run(`
      const error = Object.assign(new Error('at redis://u:hunter2@h'), { config: { headers: { Authorization: 'hunter2' } } });
      log.info({ password: 'hunter2', user: { access_token: 'hunter2', list: [{ 'Set-Cookie': ['hunter2'] }] } }, 'a');
      log.error(error);
      log.child({ refreshToken: 'hunter\\\\"2' }).info({ own: { toJSON: () => ({ secret: 'hunter2' }) } }, 'b');
      log.info({ req: { method: 'GET', url: '/x?token=hunter2&page=1', headers: { cookie: 'hunter2' } } }, 'c');
      log.info({ hasPassword: true, tokenCount: 3 }, 'shown');
      await close();
    `);
    expect(stdout).not.toContain('hunter');
    expect(readFileSync(join(folder, 'combined.log'), 'utf8')).toBe(stdout);
    const lines = parsed(stdout);
    expect(messages(lines)).toEqual(['a', 'at redis://u:[redacted]@h', 'b', 'c', 'shown']);
    expect(lines[3]).toMatchObject({ req: { method: 'GET', url: '/x?token=[redacted]&page=1' } });
    expect(lines[4]).toMatchObject({ hasPassword: true, tokenCount: 3 });
  });

  it('are looked for in circles and deep trees too', async () => {
    const { stdout } = await run(`
      const circle = { name: 'c' }; circle.self = circle;
      const error = new Error('e'); error.self = error; error.again = { error };
      let deep = { password: 'hunter2' }; for (let i = 0; i < 20; i += 1) deep = { deep };
      log.info({ circle, error, deep, map: new Map([['password', 'hunter2']]) }, 'done');
    `, { logDir: 'off' });
    expect(messages(parsed(stdout))).toEqual(['done']);
    expect(stdout).not.toContain('hunter2');
  });
});
