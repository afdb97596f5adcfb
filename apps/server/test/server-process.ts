import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main/main.ts', import.meta.url));

export interface ServerProcess {
  readonly child: ChildProcess;
  /** What it printed, line by line, both streams. */
  readonly lines: readonly string[];
  /** The address it listens at; rejects with its output when it ends first. */
  ready(): Promise<string>;
  /** Resolves with the exit code, or the signal's name, once it has ended. */
  readonly ended: Promise<number | string>;
}

/** Suites ask from one address what takes a quarter of an hour's budget of many people. */
const NO_LIMITS = { RATE_LIMIT_ANONYMOUS_MAX: '0', RATE_LIMIT_USER_MAX: '0', RATE_LIMIT_AUTH_MAX: '0' };

/** The server as `npm start` runs it: the real entry point in a process of its own, in a process group of its own. */
export function startServer(dataDir: string, options: { readonly env?: Record<string, string>; readonly args?: string[] } = {}): ServerProcess {
  const child = spawn(process.execPath, [MAIN, ...(options.args ?? [])], {
    cwd: dataDir,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', DATA_DIR: dataDir, PORT: '0', LOG_DIR: 'off', LOG_LEVEL: 'info', ...NO_LIMITS, ...options.env },
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => lines.push(line));
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    child, lines, ended,
    async ready() {
      for (;;) {
        const url = lines.map((line) => /ready in [\d.]+ s: (http:\/\/[^\s"]+)/.exec(line)?.[1]).find((found) => found !== undefined);
        if (url !== undefined) return url;
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The server ended:\n${lines.join('\n')}`);
        await Promise.race([once(child.stdout, 'data'), ended]);
      }
    },
  };
}

/** A data folder that every user may enter, as PostgreSQL's own user must when we are root. */
export async function makeDataDir(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'watchparty-main-'));
  await chmod(folder, 0o755);
  return folder;
}

/** Ends the server and the PostgreSQL it may have left running, and removes the folder. */
export async function cleanUp(dataDir: string, server: ServerProcess | undefined): Promise<void> {
  server?.child.kill('SIGKILL');
  await server?.ended;
  const pidFile = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(pidFile.split('\n')[0]);
  if (pid > 0) {
    process.kill(pid, 'SIGQUIT');
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
