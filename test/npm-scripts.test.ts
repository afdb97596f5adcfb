import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../scripts/run.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Stands for the server: says what it got, drains for a moment after the first signal, and ends with 7. */
const SERVER = `
let draining = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    console.log('got ' + signal);
    if (draining) return;
    draining = true;
    setTimeout(() => { console.log('drained'); process.exit(7); }, 200);
  });
}
console.log('up ' + process.pid + ' ' + JSON.stringify(process.argv.slice(2)));
setInterval(() => {}, 1000);
`;

let house: string;
let main: string;
let npm: ChildProcess | undefined;
let output: string;

beforeEach(() => {
  house = mkdtempSync(join(tmpdir(), 'watchparty-npm-'));
  main = join(house, 'apps/server/src/main/main.ts');
  mkdirSync(dirname(main), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(house, 'package.json'));
  cpSync(join(ROOT, 'scripts/node-version.cjs'), join(house, 'scripts/node-version.cjs'));
  writeFileSync(main, SERVER);
  output = '';
});

afterEach(() => {
  for (const [, pid] of output.matchAll(/up (\d+)/g)) killIfAlive(Number(pid));
  if (npm?.pid !== undefined) killIfAlive(npm.pid);
  rmSync(house, { recursive: true, force: true });
});

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Runs npm as the leader of a process group of its own, as a shell with job control does. */
function start(...args: string[]): ChildProcess {
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    npm_config_update_notifier: 'false',
  };
  npm = spawn('npm', args, { cwd: house, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const collect = (chunk: Buffer) => (output += chunk.toString());
  npm.stdout?.on('data', collect);
  npm.stderr?.on('data', collect);
  return npm;
}

async function shows(text: string | RegExp): Promise<void> {
  await expect.poll(() => output, { timeout: 15_000 }).toMatch(text);
}

const times = (text: RegExp) => [...output.matchAll(text)].length;

describe.skipIf(process.platform === 'win32')('npm start', () => {
  it('passes on the arguments, SIGTERM and the exit code, and leaves nobody behind', async () => {
    const child = start('start', '--', '--demo');
    await shows(/up \d+ \["--demo"\]/);
    child.kill('SIGTERM');
    const [code] = await once(child, 'close');
    expect(output).toContain('drained');
    expect(times(/got SIGTERM/g)).toBe(1);
    expect(code).toBe(7);
  });

  it('lets the server drain after Ctrl+C, which goes to the whole process group', async () => {
    const child = start('start');
    await shows('up ');
    process.kill(-child.pid!, 'SIGINT');
    const [code] = await once(child, 'close');
    expect(output).toContain('drained');
    expect(code).toBe(7);
  });

  it('passes on the exit code of a server that does not start', async () => {
    writeFileSync(main, "console.log('PORT: no number'); process.exit(1);");
    const [code] = await once(start('start'), 'close');
    expect(output).toContain('PORT: no number');
    expect(code).toBe(1);
  });
});

describe.skipIf(process.platform === 'win32')('npm run dev', () => {
  it('drains the old server before it starts the changed one, and drains at SIGTERM', async () => {
    const child = start('run', 'dev', '--', '--demo');
    await shows(/up \d+ \["--rebuild","--demo"\]/);
    writeFileSync(main, SERVER.replace('up ', 'changed; up '));
    await shows(/drained[^]*changed; up \d+ \["--rebuild","--demo"\]/);
    child.kill('SIGTERM');
    await once(child, 'close');
    expect(times(/drained/g)).toBe(2);
  });
});

describe('the Node that runs', () => {
  const { refusal } = createRequire(import.meta.url)('../scripts/node-version.cjs') as {
    refusal: (version: string) => string | undefined;
  };

  it.each(['v14.0.0', 'v20.20.2', 'v22.17.1', 'v22.9.0'])('%s is too old, in one line', (version) => {
    expect(refusal(version)).toMatch(new RegExp(`^WatchParty needs Node ≥ 22\\.18, this is ${version}; .*npm ci.*$`));
  });

  it.each(['v22.18.0', 'v22.19.0', 'v24.0.0', 'v26.1.0'])('%s will do', (version) => {
    expect(refusal(version)).toBeUndefined();
  });

  it('is checked by every script', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(Object.values(scripts).filter((script) => !script.includes('scripts/node-version.cjs'))).toEqual([]);
  });
});

describe('exec on Windows', () => {
  const exec = join(ROOT, 'packages/windows-exec/exec.mjs');

  it('runs this Node with the arguments and gives its exit code', async () => {
    const script = "require('node:fs').writeFileSync(process.argv[1], process.argv[2]); process.exit(7)";
    const file = join(house, 'argument');
    const { code } = await run(process.execPath, [exec, 'node', '--eval', script, file, 'a b']);
    expect(code).toBe(7);
    expect(readFileSync(file, 'utf8')).toBe('a b');
  });

  it('says what it cannot start', async () => {
    const { code, output: said } = await run(process.execPath, [exec, 'no-such-command-here']);
    expect(said).toContain('no-such-command-here');
    expect(code).toBe(127);
  });
});
