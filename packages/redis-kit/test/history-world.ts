import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Read, type Violation, violations, type Write } from './history-check.ts';
import { createLink, type Link } from './history-link.ts';
import type { NodeOptions, ReadRecord } from './history-node.ts';

interface WorldOptions extends Partial<Omit<NodeOptions, 'redis'>> {
  readonly seed: number;
  /** One process for each: where it finds its Redis. */
  readonly nodes: readonly NodeOptions['redis'][];
}

export interface World {
  /** Reads that have been reported so far. */
  readonly readCount: number;
  /** Writes that another node has invalidated so far. */
  readonly byOthers: number;
  /** Ends one process by SIGKILL at the moment of its next commit, and starts another in its place. */
  killAtCommit(index: number): Promise<void>;
  /** Lets every process finish what it is at, and answers what was found. */
  finish(): Promise<Outcome>;
  /** Ends everything at once; may be called after `finish`. */
  close(): Promise<void>;
}

export interface Outcome {
  readonly found: readonly Violation[];
  readonly reads: number;
  /** Reads that were served without a load of their own. */
  readonly hits: number;
  readonly bypasses: number;
  readonly writes: number;
  /** Writes that were answered before anybody could invalidate. */
  readonly unfenced: number;
  /** Writes whose process was killed before it answered. */
  readonly unanswered: number;
  /** Writes that another node invalidated. */
  readonly byOthers: number;
  /** The longest that an unanswered write lay between its commit and its invalidation. */
  readonly longestOwedMs: number;
  /** The longest that a read waited for anything but loads. */
  readonly longestWaitMs: number;
}

interface Node {
  readonly process: number;
  readonly child: ChildProcess;
  readonly link: Link;
  readonly ready: Promise<void>;
  readonly done: Promise<void>;
}

interface Owed {
  readonly write: Write;
  readonly node: Node;
}

const SCRIPT = fileURLToPath(new URL('./history-node.ts', import.meta.url));
const ASK_OTHERS_MS = 1000;
/** How often the relay looks for what nobody has applied. */
const RELAY_EVERY_MS = 100;

const nowUs = (): number => Number(process.hrtime.bigint()) / 1000;

/**
 * Several processes over one row store: this process's memory. A commit is one step of it, as in a database; the delays
 * before and after are the nodes' own. What a commit owes is kept here as in an outbox, and is applied by whoever can.
 */
export async function openWorld(options: WorldOptions): Promise<World> {
  const { rows = 8, fibers = 10, cache = 'ours', timeoutMs = 50, leaseWaitMs = 300 } = options;
  const values = Array.from({ length: rows }, () => 0);
  const writes: Write[] = [];
  const reads: Read[] = [];
  const owed = new Map<number, Owed>();
  const nodes: Node[] = [];
  const doomed = new Set<Node>();
  let processes = 0;
  let hits = 0;
  let bypasses = 0;
  let byOthers = 0;
  let longestWaitMs = 0;

  function applied(id: number, atUs: number): void {
    const { write } = owed.get(id) ?? {};
    if (write === undefined) return;
    owed.delete(id);
    // Rule H1 goes by the answer; the others by this.
    write.appliedAtUs = atUs;
  }

  /** True once one of the others has applied it. */
  async function askOthers(id: number, asker: Node | undefined): Promise<boolean> {
    const row = owed.get(id)?.write.key;
    if (row === undefined) return true;
    const others = nodes.filter((node) => node !== asker);
    const attempts = others.map(async (node) => {
      if (!(await node.link.call<boolean>('invalidate', row))) throw new Error('It cannot either');
      applied(id, nowUs());
    });
    return Promise.any(attempts).then(() => true, () => false);
  }

  /** Asks again and again for a second, for one may come back meanwhile. */
  async function askForASecond(id: number, asker: Node): Promise<boolean> {
    const untilMs = performance.now() + ASK_OTHERS_MS;
    while (performance.now() < untilMs) {
      const leftMs = untilMs - performance.now();
      const done = await Promise.race([askOthers(id, asker), sleep(leftMs, false, { ref: false })]);
      if (done) {
        byOthers += 1;
        return true;
      }
      await sleep(20);
    }
    return false;
  }

  function start(redis: NodeOptions['redis']): Node {
    const number = processes;
    processes += 1;
    const ownSeed = options.seed + number * 7919;
    const given: NodeOptions = { seed: ownSeed, redis, cache, timeoutMs, leaseWaitMs, rows, fibers };
    const child = fork(SCRIPT, [JSON.stringify(given)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const ready = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const link = createLink(
      {
        send: (message) => void (child.connected && child.send(message, () => {})),
        onMessage: (listener) => void child.on('message', (message) => listener(message as object)),
      },
      {
        ready: () => ready.resolve(),
        load: (asked: number[]) => asked.map((row) => values[row]),
        commit(row: number) {
          values[row]! += 1;
          const write: Write = { key: row, value: values[row]!, process: number, committedAtUs: nowUs() };
          owed.set(writes.length, { write, node });
          if (doomed.has(node)) child.kill('SIGKILL');
          return writes.push(write) - 1;
        },
        applied,
        askOthers: (id: number) => askForASecond(id, node),
        owed: () => [...owed].map(([id, { write }]) => [id, write.key]),
        answered(id: number, atUs: number, fenced: boolean) {
          Object.assign(writes[id]!, { answeredAtUs: atUs, fenced });
        },
        reads(records: ReadRecord[]) {
          for (const { began, ended: endedAtUs, source, returned, boundedUs, shown, waitedMs } of records) {
            reads.push({
              process: number, beganAtUs: began, endedAtUs, returnedAtUs: returned, boundedUs, shown,
              bypassed: source === 'bypass',
            });
            if (source === 'bypass') bypasses += 1;
            else if (source !== 'load') hits += 1;
            longestWaitMs = Math.max(longestWaitMs, waitedMs);
          }
        },
        done: () => done.resolve(),
      },
    );
    const node: Node = { process: number, child, link, ready: ready.promise, done: done.promise };
    child.once('exit', (code, signal) => {
      link.end();
      const gone = new Error(`Process ${number} ended with ${signal ?? code}`);
      ready.reject(gone);
      done.reject(gone);
    });
    ready.promise.catch(() => {});
    done.promise.catch(() => {});
    return node;
  }

  /** What the dead owe, and what has lain for longer than its writer may still be at it. */
  async function relay(): Promise<void> {
    const cutoffUs = nowUs() - 2 * ASK_OTHERS_MS * 1000;
    const due = [...owed].filter(([, { write, node }]) => !nodes.includes(node) || write.committedAtUs < cutoffUs);
    const enough = sleep(ASK_OTHERS_MS, undefined, { ref: false });
    await Promise.all(due.map(async ([id]) => Promise.race([askOthers(id, undefined), enough])));
  }
  let closed = false;
  const relaying = (async () => {
    while (!closed) {
      await relay();
      await sleep(RELAY_EVERY_MS, undefined, { ref: false });
    }
  })();

  async function close(): Promise<void> {
    closed = true;
    await Promise.all(nodes.map(async ({ child }) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }));
    await relaying;
  }

  nodes.push(...options.nodes.map(start));
  try {
    await Promise.all(nodes.map((node) => node.ready));
  } catch (error) {
    await close();
    throw error;
  }

  return {
    get readCount() {
      return reads.length;
    },
    get byOthers() {
      return byOthers;
    },
    async killAtCommit(index) {
      const node = nodes[index]!;
      const ended = once(node.child, 'exit');
      doomed.add(node);
      await ended;
      const next = start(options.nodes[index]!);
      nodes[index] = next;
      await next.ready;
    },
    async finish() {
      for (const { link } of nodes) link.tell('stop');
      await Promise.all(nodes.map((node) => node.done));
      await close();
      const unanswered = writes.filter((write) => write.answeredAtUs === undefined);
      const owedMs = unanswered.map((write) => ((write.appliedAtUs ?? Infinity) - write.committedAtUs) / 1000);
      return {
        found: violations(writes, reads),
        reads: reads.length, hits, bypasses,
        writes: writes.length,
        unfenced: writes.filter((write) => write.fenced === false).length,
        unanswered: unanswered.length,
        byOthers,
        longestOwedMs: Math.max(0, ...owedMs),
        longestWaitMs,
      };
    },
    close,
  };
}
