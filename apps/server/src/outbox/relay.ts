import type { Database, Tx } from '../db/index.ts';
import type { Log } from '../kernel/log.ts';
import type { Applied } from './apply.ts';
import * as repo from './outbox.repo.ts';
import type { Rests } from './rests.ts';

export type CommittedRow = Pick<repo.OutboxRow, 'id' | 'key'>;

export interface Relay {
  /** Applies just committed rows: those without a key by themselves, of the others whatever their keys wait for. */
  applyRows(rows: readonly CommittedRow[]): Promise<void>;
  /** Applies what is due, resting kinds too, until nothing eligible is left; answers how many were applied. */
  drain(): Promise<number>;
  /** Asks every node's relay, this one's too, to look now. */
  wakeAll(): void;
  /** Of the session that hears when it is asked. */
  processId(): number | undefined;
  close(): Promise<void>;
}

interface Deps {
  readonly database: Database;
  readonly kinds: readonly string[];
  readonly apply: (tx: Tx, rows: readonly repo.ClaimedRow[]) => Promise<Applied>;
  readonly rests: Rests;
  readonly log: Log;
}

interface Settings {
  readonly pollIntervalMs: number;
  readonly batchSize: number;
  readonly handlerTimeoutMs: number;
  readonly applyForMs: number;
}

/** Picks up, on any node, what its writer could not apply: killed, or its target away. */
export async function createRelay({ database, kinds, apply, rests, log }: Deps, settings: Settings): Promise<Relay> {
  let closed = false;
  let wake: () => void = () => {};
  let woken = false;
  // A batch that times out, then the single rows; the last of those may begin at the very end.
  const longestMs = 2 * settings.handlerTimeoutMs + settings.applyForMs;

  /** One transaction: its locks are what keeps others away, and what a killed process cannot hold on to. */
  async function applyBatch(claim: (tx: Tx) => Promise<repo.ClaimedRow[]>): Promise<Applied & { keys: string[] }> {
    return database.transaction(async (tx) => {
      const heads = await claim(tx);
      if (heads.length === 0) return { done: 0, failed: 0, keys: [] };
      const keyed = heads.filter((row) => row.key !== null);
      const followers = keyed.length === 0 ? [] : await repo.claimFollowers(tx, keyed, settings.batchSize);
      await repo.allowIdle(tx, longestMs);
      return { ...(await apply(tx, [...heads, ...followers])), keys: keyed.map((row) => row.key!) };
    });
  }

  /**
   * Goes on with keys until nothing of them is left to apply now. Also after the last batch: whoever committed meanwhile
   * and found the key taken has left its row to us.
   */
  async function follow(keys: readonly string[]): Promise<number> {
    let total = 0;
    while (keys.length > 0 && !closed) {
      const { done, failed } = await applyBatch((tx) => repo.claimHeads(tx, rests.awake(kinds), keys));
      total += done;
      if (done + failed === 0) break;
    }
    return total;
  }

  async function applyDue(): Promise<number> {
    let total = 0;
    while (!closed) {
      const { done, failed, keys } = await applyBatch((tx) => repo.claimDue(tx, rests.awake(kinds), settings.batchSize));
      total += done + (await follow(keys));
      // What failed is due later, what is away rests: without either another look would find nothing new.
      if (done + failed === 0) break;
    }
    return total;
  }

  const listener = await database.listen('outbox', look, look);
  function look(): void {
    woken = true;
    wake();
  }

  async function loop(): Promise<void> {
    while (!closed) {
      woken = false;
      try {
        await applyDue();
      } catch (error) {
        log.warn({ err: error }, 'The outbox relay could not work; trying again');
      }
      if (closed || woken) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, settings.pollIntervalMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
  const running = loop();

  return {
    async applyRows(rows) {
      for (let start = 0; start < rows.length; start += settings.batchSize) {
        const slice = rows.slice(start, start + settings.batchSize);
        const ids = slice.filter((row) => row.key === null).map((row) => row.id);
        if (ids.length > 0) await applyBatch((tx) => repo.claimOwn(tx, rests.awake(kinds), ids));
        await follow([...new Set(slice.flatMap((row) => row.key ?? []))]);
      }
    },
    drain() {
      rests.end();
      return applyDue();
    },
    wakeAll() {
      repo.notify(database.kysely).catch((error: unknown) => {
        log.debug({ err: error }, 'The other relays could not be woken; they will look by themselves');
      });
    },
    processId: () => listener.processId(),
    async close() {
      closed = true;
      wake();
      await running;
      await listener.close();
    },
  };
}
