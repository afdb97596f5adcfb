import type { Database, Tx } from '../db/index.ts';
import type { Log } from '../kernel/log.ts';
import type { Applied } from './apply.ts';
import * as repo from './outbox.repo.ts';

export interface Relay {
  /** Applies those of the named rows that are eligible now, and their keys' followers. */
  applyRows(ids: readonly string[]): Promise<void>;
  /** Applies what is due until nothing eligible is left; answers how many were applied. */
  drain(): Promise<number>;
  /** Asks every node's relay, this one's too, to look now. */
  wakeAll(): void;
  close(): Promise<void>;
}

interface Deps {
  readonly database: Database;
  readonly kinds: readonly string[];
  readonly apply: (tx: Tx, rows: readonly repo.ClaimedRow[]) => Promise<Applied>;
  readonly log: Log;
}

interface Settings {
  readonly pollIntervalMs: number;
  readonly batchSize: number;
}

/** Picks up, on any node, what its writer could not apply: killed, or its target away. */
export async function createRelay({ database, kinds, apply, log }: Deps, settings: Settings): Promise<Relay> {
  let closed = false;
  let wake: () => void = () => {};
  let woken = false;

  async function applyBatch(ids: readonly string[] | undefined): Promise<Applied> {
    return database.transaction(async (tx) => {
      const heads = await repo.claim(tx, { kinds, limit: settings.batchSize, ...(ids && { ids }) });
      const keyed = heads.filter((row) => row.key !== null);
      const followers = keyed.length === 0 ? [] : await repo.claimFollowers(tx, keyed, settings.batchSize);
      if (heads.length === 0) return { done: 0, failed: 0 };
      return apply(tx, [...heads, ...followers]);
    });
  }

  async function drain(): Promise<number> {
    let total = 0;
    for (;;) {
      const { done } = await applyBatch(undefined);
      total += done;
      // Failed rows are due later: without progress another look would find nothing new.
      if (done === 0) return total;
    }
  }

  const listener = await database.listen('outbox', () => {
    woken = true;
    wake();
  }, () => wake());

  async function loop(): Promise<void> {
    while (!closed) {
      woken = false;
      try {
        await drain();
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
    async applyRows(ids) {
      for (let start = 0; start < ids.length; start += settings.batchSize) {
        await applyBatch(ids.slice(start, start + settings.batchSize));
      }
    },
    drain,
    wakeAll() {
      repo.notify(database.kysely).catch((error: unknown) => {
        log.debug({ err: error }, 'The other relays could not be woken; they will look by themselves');
      });
    },
    async close() {
      closed = true;
      wake();
      await running;
      await listener.close();
    },
  };
}
