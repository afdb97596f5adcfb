import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:fs';
import { chown, open, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../../kernel/start-error.ts';
import type { Engine } from './engine.ts';
import { findPostmaster, isPostmasterOf, removeStaleLocks, type Postmaster } from './postmaster.ts';
import { run, spawnAs, type OsUser } from './run.ts';
import { openSocketFolder } from './socket-folder.ts';

interface ServerOptions {
  readonly engine: Engine;
  readonly cluster: string;
  readonly user: OsUser | undefined;
  readonly progress: (line: string) => void;
  /** Where it listens if it uses TCP (Windows); a free port by default. */
  readonly port?: number;
}

/** A clean start takes 30 ms; the recovery of a large database after a power cut may take minutes. */
const READY_TIMEOUT_MS = 10 * 60_000;
const RECOVERY_NOTICE_MS = 3_000;
const POLL_INTERVAL_MS = 5;
/** Sessions of a server that was killed end by themselves, but not at once; until then a new one refuses. */
const REFUSAL_TIMEOUT_MS = 10_000;
const REFUSAL_INTERVAL_MS = 100;
/** Fast shutdown writes a checkpoint; after this time the next start may as well recover. */
const FAST_STOP_TIMEOUT_MS = 15_000;
const IMMEDIATE_STOP_TIMEOUT_MS = 5_000;
const LARGEST_LOG_BYTES = 1024 ** 2;

/**
 * The server of this cluster, ready for connections: one that runs already is taken over, else one is
 * started in its own process group. `spawned` says which. Safe to call at the same time from two processes.
 */
export async function ensureServer(options: ServerOptions): Promise<{ postmaster: Postmaster; spawned: boolean }> {
  const { cluster, progress } = options;
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  let child: ChildProcess | undefined;
  let spawned = false;
  let noticed = false;
  while (elapsedMs() < READY_TIMEOUT_MS) {
    const postmaster = await findPostmaster(cluster);
    if (postmaster?.status === 'ready') return { postmaster, spawned };
    if (postmaster && !noticed && elapsedMs() > RECOVERY_NOTICE_MS) {
      noticed = true;
      progress('PostgreSQL is checking its data after an interruption…');
    }
    if (!postmaster && (!child || child.exitCode !== null || child.signalCode !== null)) {
      if (child) {
        if (elapsedMs() > REFUSAL_TIMEOUT_MS || !(await isPassingRefusal(cluster))) throw await failure(cluster);
        await sleep(REFUSAL_INTERVAL_MS);
      }
      await removeStaleLocks(cluster);
      child = await spawnServer(options);
      spawned = true;
    }
    await sleep(POLL_INTERVAL_MS);
  }
  throw await failure(cluster);
}

async function spawnServer({ engine, cluster, user, port }: ServerOptions): Promise<ChildProcess> {
  const address = process.platform === 'win32'
    ? ['-c', 'listen_addresses=127.0.0.1', '-p', String(port ?? (await freePort()))]
    : ['-c', 'listen_addresses=', '-k', await openSocketFolder(cluster, user)];
  const output = await openOutput(cluster, user);
  try {
    const child = spawn(engine.postgres, ['-D', cluster, ...address], {
      ...spawnAs(user),
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    child.unref();
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.on('error', () => {});
    return child;
  } catch (cause) {
    throw new StartError(`PostgreSQL cannot be run (${(cause as Error).message}). Set DATABASE_URL to use another.`, {
      cause,
    });
  } finally {
    await output.close();
  }
}

/** Stops it and waits for its end: sessions are ended, data written; only past the bound it is cut off. */
export async function stopServer(engine: Engine, cluster: string): Promise<void> {
  const postmaster = await findPostmaster(cluster);
  if (!postmaster) return;
  if (process.platform === 'win32') {
    await run(engine.pgCtl, ['stop', '-D', cluster, '-m', 'fast', '-w']);
    return;
  }
  for (const [signal, timeoutMs] of [
    ['SIGINT', FAST_STOP_TIMEOUT_MS],
    ['SIGQUIT', IMMEDIATE_STOP_TIMEOUT_MS],
    ['SIGKILL', IMMEDIATE_STOP_TIMEOUT_MS],
  ] as const) {
    try {
      process.kill(postmaster.pid, signal);
    } catch {
      return;
    }
    if (await hasEnded(cluster, postmaster.pid, timeoutMs)) return;
  }
}

async function hasEnded(cluster: string, pid: number, timeoutMs: number): Promise<boolean> {
  for (const startedAt = performance.now(); performance.now() - startedAt < timeoutMs; ) {
    if (!(await isPostmasterOf(pid, cluster))) return true;
    await sleep(POLL_INTERVAL_MS);
  }
  return false;
}

function outputFile(cluster: string): string {
  return path.join(cluster, 'server.log');
}

async function openOutput(cluster: string, user: OsUser | undefined) {
  const file = outputFile(cluster);
  const former = await stat(file).catch(() => undefined);
  if (former && former.size > LARGEST_LOG_BYTES) await rename(file, `${file}.old`);
  const { O_APPEND, O_CREAT, O_WRONLY } = constants;
  // Never through a link: as root we write in a folder that belongs to another user.
  const handle = await open(file, O_APPEND | O_CREAT | O_WRONLY | (constants.O_NOFOLLOW ?? 0), 0o600);
  if (user) await chown(file, user.uid, user.gid);
  return handle;
}

async function tail(cluster: string): Promise<string[]> {
  const handle = await open(outputFile(cluster), 'r').catch(() => undefined);
  if (!handle) return [];
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, 4096);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trimEnd().split('\n');
  } finally {
    await handle.close();
  }
}

/** Another start at the same moment, or the last sessions of a killed server. */
async function isPassingRefusal(cluster: string): Promise<boolean> {
  const lastFatal = (await tail(cluster)).findLast((line) => line.includes('FATAL')) ?? '';
  return /lock file|shared memory block/.test(lastFatal);
}

async function failure(cluster: string): Promise<StartError> {
  const lines = await tail(cluster);
  const told = lines.findLast((line) => /FATAL|PANIC/.test(line)) ?? lines.at(-1) ?? 'it did not say why';
  return new StartError(`PostgreSQL did not start: ${told.trim()} (more in ${outputFile(cluster)}).`);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
