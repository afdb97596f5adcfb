import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureTools, TOOLS, type Host, type Tool } from './tools.ts';

/** One of them stands for all. */
const REDIS = TOOLS.filter(({ name }) => name === 'Redis server');

let bin: string;
let lines: string[];

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'watchparty-tools-'));
  lines = [];
});
afterEach(() => rmSync(bin, { recursive: true, force: true }));

/** A machine that has what `program` put there, and nothing else. */
const host = (mayInstall: boolean): Host => ({ env: { PATH: bin }, mayInstall, write: (line) => lines.push(line) });

function program(name: string, body: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** An apt-get that installs a Redis of `version` when it is asked for the right package. */
const aptGet = (version: string) =>
  program('apt-get', [
    'for last; do :; done',
    `echo "$@" >> '${bin}/apt.log'`,
    '[ "$1" = update ] && exit 0',
    '[ "$last" = redis-server ] || exit 100',
    `printf '#!/bin/sh\\necho "Redis server v=${version} sha=0"\\n' > '${bin}/redis-server'`,
    `/bin/chmod +x '${bin}/redis-server'`,
  ].join('\n'));

it('is content with what is there', async () => {
  program('redis-server', 'echo "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0"');
  await ensureTools(REDIS, host(true));
  expect(lines).toEqual([]);
});

it('takes Valkey too, also beside a Redis that is too old', async () => {
  program('redis-server', 'echo "Redis server v=6.0.16 sha=00000000:0"');
  program('valkey-server', 'echo "Valkey server v=8.1.3 sha=00000000:0"');
  await ensureTools(REDIS, host(false));
  expect(lines).toEqual([]);
});

it('says in one line what to install where it may not', async () => {
  await expect(ensureTools(REDIS, host(false))).rejects.toThrow(
    /^The tests need Redis server ≥ 7\.0 \(not found\): install it .*apt-get install redis-server.*$/,
  );
});

it.each([
  ['Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)', true], ['Google Chrome 131.0.6778.204', true],
  ['Chromium 98.0.4758.102', false],
])('knows a Chromium that says %j', async (output, good) => {
  program('chromium', `echo "chromium: 9: [: unexpected operator" >&2; echo "${output}"`);
  const found = ensureTools(TOOLS.filter(({ name }) => name === 'Chromium'), host(false));
  if (good) await found;
  else await expect(found).rejects.toThrow('(chromium is 98.0)');
  expect(lines).toEqual([]);
});

it('names the version that is too old', async () => {
  program('redis-server', 'echo "Redis server v=6.2.9 sha=00000000:0"');
  await expect(ensureTools(REDIS, host(false))).rejects.toThrow('(redis-server is 6.2)');
});

it('does not take a program that is broken', async () => {
  program('redis-server', 'echo "Redis server v=7.0.15"; exit 127');
  await expect(ensureTools(REDIS, host(false))).rejects.toThrow('(not found)');
});

it('installs what is missing where it may, with one line', async () => {
  aptGet('7.0.15');
  await ensureTools(REDIS, host(true));
  expect(lines).toEqual(['Installing redis-server by apt-get …']);
});

it('says so when the package is too old or does not install', async () => {
  aptGet('6.0.16');
  await expect(ensureTools(REDIS, host(true))).rejects.toThrow(/did not help \(redis-server is 6\.0\): install/);
  rmSync(join(bin, 'redis-server'));
  program('apt-get', 'echo "E: Unable to locate package"; exit 100');
  await expect(ensureTools(REDIS, host(true))).rejects.toThrow(/did not help \(E: Unable to locate package\): install/);
});

it('knows a program that tells its version and fails, and names who needs it', async () => {
  const wrk: Tool = {
    ...REDIS[0]!, name: 'wrk', neededBy: 'The bench', commands: ['wrk'], minimum: [4, 0],
    version: /^wrk (\d+)\.(\d+)/, versionExitCode: 1,
  };
  await expect(ensureTools([wrk], host(false))).rejects.toThrow(/^The bench needs wrk ≥ 4\.0 \(not found\)/);
  program('wrk', 'echo "wrk 4.1.0 [epoll]"; exit 1');
  await ensureTools([wrk], host(false));
  program('wrk', 'echo "wrk 4.1.0 [epoll]"');
  await expect(ensureTools([wrk], host(false))).rejects.toThrow('not found');
});

describe('all that the tests need', () => {
  beforeEach(() => {
    program('redis-server', 'echo "Redis server v=7.0.15 sha=00000000:0"');
    // To --version it prints how it is used, and fails.
    program('spin', '[ "$1" = -V ] && echo "Spin Version 6.5.2 -- 6 December 2019"');
    program('cc', 'echo "cc (Debian 12.2.0-14+deb12u1) 12.2.0"');
    program('chromium', 'echo "Chromium 150.0.7871.0 built on Debian GNU/Linux 12 (bookworm)"');
  });

  it('is known by what it prints', async () => {
    await ensureTools(TOOLS, host(false));
    program('cc', 'echo "Apple clang version 15.0.0 (clang-1500.3.9.4)"');
    await ensureTools(TOOLS, host(false));
    expect(lines).toEqual([]);
  });

  it.each([
    ['redis-server', 'Redis server ≥ 7.0', 'redis-server'],
    ['spin', 'spin (the model checker) ≥ 6.4', 'spin'],
    ['cc', 'a C compiler (for what spin writes) ≥ 7.0', 'build-essential'],
    ['chromium', 'Chromium ≥ 120.0', 'chromium'],
  ])('is missed when it is not there: %s', async (command, wanted, debianPackage) => {
    rmSync(join(bin, command));
    const missing = ensureTools(TOOLS, host(false));
    await expect(missing).rejects.toThrow(`The tests need ${wanted} (not found): install`);
    await expect(missing).rejects.toThrow(`"apt-get install ${debianPackage}"`);
  });
});
