import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '../../accounts/index.ts';

export type Act =
  | { readonly act: 'open'; readonly userId: number; readonly client: Client }
  | { readonly act: 'authenticate'; readonly token: string }
  | { readonly act: 'list' | 'endAll'; readonly userId: number }
  | { readonly act: 'refresh'; readonly token: string; readonly client: Client }
  | { readonly act: 'end'; readonly sessionId: string }
  | { readonly act: 'revoke' | 'revokeOthers'; readonly userId: number; readonly sessionId: string };

/** `gone`: the node was killed before it answered. */
export type Reply =
  | { readonly value: unknown }
  | { readonly refused: string; readonly detail: string }
  | { readonly failed: string }
  | 'gone';

interface Node {
  readonly child: ChildProcess;
  readonly waiting: Map<number, (reply: Reply) => void>;
}

export interface HistoryNodes {
  readonly count: number;
  /** Counts starts, so that a restarted node is another process. */
  readonly processes: readonly number[];
  send(index: number, act: Act): Promise<Reply>;
  /** SIGKILL. */
  kill(index: number): Promise<void>;
  /** Another in the place of one that was killed. */
  replace(index: number): Promise<void>;
  close(): Promise<void>;
}

const CHILD = fileURLToPath(new URL('./history-child.ts', import.meta.url));

/** Whole nodes in processes of their own, on one database, each with its own way to Redis. */
export async function startHistoryNodes(databaseUrl: string, redisUrls: readonly string[], redisTimeoutMs: number): Promise<HistoryNodes> {
  const dataDir = await mkdtemp(join(tmpdir(), 'watchparty-sessions-'));
  const children: ChildProcess[] = [];
  const nodes: Node[] = [];
  const processes: number[] = [];
  let acts = 0;

  async function start(index: number): Promise<void> {
    const child = fork(CHILD, {
      env: {
        PATH: process.env['PATH'] ?? '', NODE_ENV: 'test', ROLE: 'web', DATA_DIR: dataDir, PORT: '0', LOG_DIR: 'off',
        LOG_LEVEL: 'silent', SCHEDULES_ENABLED: 'false', JWT_SECRET: 'one secret for all the nodes of a history, and long enough',
        DATABASE_URL: databaseUrl, DATABASE_POOL_SIZE: '6', REDIS_URL: redisUrls[index]!, REDIS_TIMEOUT_MS: `${redisTimeoutMs}`,
      },
    });
    const nth = children.push(child) - 1;
    const waiting: Node['waiting'] = new Map();
    const gone = once(child, 'exit').then(() => {
      for (const resolve of waiting.values()) resolve('gone');
      waiting.clear();
      return 'gone' as const;
    });
    child.on('message', (message: 'ready' | { id: number; reply: Reply }) => {
      if (message === 'ready') return;
      waiting.get(message.id)?.(message.reply);
      waiting.delete(message.id);
    });
    if ((await Promise.race([once(child, 'message'), gone])) === 'gone') throw new Error('A node did not start');
    nodes[index] = { child, waiting };
    processes[index] = nth;
  }

  const killAll = (): void => {
    for (const child of children) child.kill('SIGKILL');
  };
  process.on('exit', killAll);

  for (const index of redisUrls.keys()) await start(index);
  return {
    count: redisUrls.length,
    processes,
    send(index, act) {
      const { child, waiting } = nodes[index]!;
      if (!child.connected) return Promise.resolve('gone');
      return new Promise((resolve) => {
        const id = (acts += 1);
        waiting.set(id, resolve);
        child.send({ id, act }, (error) => {
          if (error !== null && waiting.delete(id)) resolve('gone');
        });
      });
    },
    async kill(index) {
      const { child } = nodes[index]!;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    replace: start,
    async close() {
      killAll();
      process.off('exit', killAll);
      const running = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      await Promise.all(running.map((child) => once(child, 'exit')));
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
