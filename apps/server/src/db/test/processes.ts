import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { findPostmaster } from '../embedded/postmaster.ts';

export interface Opener {
  readonly pid: number;
  readonly lines: readonly string[];
  /** The rest of the first line of this kind; rejects when the process ends without it. */
  line(kind: 'ready' | 'refused' | 'closed' | 'progress'): Promise<string>;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it in order and waits. */
  end(): Promise<void>;
}

const openers = new Set<Opener>();
const folders = new Set<string>();

/** As leader of a process group, as a shell starts it. */
export function startOpener(dataDir: string): Opener {
  const script = fileURLToPath(new URL('./opener.ts', import.meta.url));
  const child = spawn(process.execPath, [script, dataDir], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  let complaints = '';
  child.stdin.on('error', () => {});
  child.stderr.on('data', (text) => (complaints += text));
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => lines.push(line));
  let ended = false;
  const outputEnded = once(output, 'close').then(() => (ended = true));
  const opener: Opener = {
    pid: child.pid ?? 0,
    lines,
    async line(kind) {
      for (;;) {
        const found = lines.find((line) => line.startsWith(`${kind} `));
        if (found !== undefined) return found.slice(kind.length + 1);
        if (ended) throw new Error(`no "${kind}", but: ${[...lines, complaints].join('\n')}`);
        await Promise.race([once(output, 'line'), outputEnded]);
      }
    },
    async kill(signal) {
      child.kill(signal);
      await exited;
    },
    async end() {
      child.stdin.end();
      await exited;
      await outputEnded;
    },
  };
  openers.add(opener);
  void exited.then(() => openers.delete(opener));
  return opener;
}

/** A folder that every user may enter, as PostgreSQL's own user must when we are root. */
export async function makeFolder(mode = 0o755): Promise<string> {
  const folder = await mkdtemp(path.join(await realpath(tmpdir()), 'watchparty-db-'));
  await chmod(folder, mode);
  folders.add(folder);
  return folder;
}

/** After each test: ends what it left running, PostgreSQL included, and removes its folders. */
export async function cleanUp(): Promise<void> {
  await Promise.all([...openers].map((opener) => opener.kill('SIGKILL')));
  for (const folder of folders) {
    await killPostmaster(path.join(folder, 'postgres'));
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    folders.delete(folder);
  }
}

/** The PostgreSQL that runs on this DATA_DIR. */
export function runningIn(dataDir: string): ReturnType<typeof findPostmaster> {
  return findPostmaster(path.join(dataDir, 'postgres'));
}

/** A whole start and stop, with a write between; nothing is left running. */
export async function startWorks(dataDir: string): Promise<void> {
  const opener = startOpener(dataDir);
  await query(await opener.line('ready'), 'CREATE TABLE IF NOT EXISTS proof (at timestamptz)');
  await opener.end();
  await opener.line('closed');
  if (await runningIn(dataDir)) throw new Error(`PostgreSQL still runs in ${dataDir}`);
}

/** The kill that no program can answer, and the end of the process awaited. */
export async function killPostmaster(cluster: string): Promise<void> {
  const running = await findPostmaster(cluster).catch(() => undefined);
  if (!running) return;
  process.kill(running.pid, 'SIGKILL');
  await until(async () => (await findPostmaster(cluster)) === undefined);
}

/** Waits for a condition, not for a time. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  for (const startedAt = performance.now(); !(await condition()); ) {
    if (performance.now() - startedAt > timeoutMs) throw new Error(`not so within ${timeoutMs} ms: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Runs one statement on a connection of its own; the rows. */
export async function query(connectionString: string, sql: string, values: unknown[] = []): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql, values)).rows as unknown[];
  } finally {
    await client.end().catch(() => {});
  }
}
