import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Read, Write } from '@watchparty/redis-kit/test/history';
import type { Database } from '../../src/db/index.ts';

/** A write whose invalidation took up the second that an answer waits for it may have been answered without. */
const SURELY_FENCED_MS = 900;
const LOOK_EVERY_MS = 25;

/**
 * What was written and read over HTTP, for the rule of the kit's histories. Whether a write was fenced is told by how
 * soon it was answered; when the others were applied, by the outbox: once all the invalidations are gone that were
 * there after the write, its own is.
 */
export interface Ledger {
  readonly writes: Write[];
  readonly reads: Read[];
  /** The time, in the history's microseconds. */
  now(): number;
  began(key: number, value: number, process: number): Write;
  answered(write: Write): void;
  /** It was committed, but nobody was told so: its connection broke then. */
  unanswered(write: Write, brokeAtUs: number): void;
  /** The longest that such a write lay before its invalidation was applied. */
  readonly longestOwedMs: number;
  /** Settles when nothing is owed any more. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export function openLedger(database: Database): Ledger {
  const writes: Write[] = [];
  const reads: Read[] = [];
  const owed = new Map<Write, Set<string> | undefined>();
  const brokeAt = new Map<Write, number>();
  let longestOwedMs = 0;
  const now = (): number => Number(process.hrtime.bigint()) / 1000;
  let closed = false;

  async function look(): Promise<void> {
    const before = [...owed.keys()];
    const lookedAtUs = now();
    const query = sql<{ id: string }>`select id from outbox where kind = 'cache.invalidated'`;
    const { rows } = await query.execute(database.kysely);
    const atUs = now();
    const there = new Set(rows.map(({ id }) => id));
    const still = (ids: ReadonlySet<string>): Set<string> => new Set([...ids].filter((id) => there.has(id)));
    for (const write of before) {
      const left = still(owed.get(write) ?? there);
      owed.set(write, left);
      if (left.size > 0) continue;
      // By now at the latest.
      write.appliedAtUs = atUs;
      longestOwedMs = Math.max(longestOwedMs, (lookedAtUs - (brokeAt.get(write) ?? lookedAtUs)) / 1000);
      owed.delete(write);
    }
  }

  const looking = (async () => {
    while (!closed) {
      if (owed.size > 0) await look();
      await sleep(LOOK_EVERY_MS);
    }
  })();

  return {
    writes, reads, now,
    began(key, value, process) {
      const write: Write = { key, value, process, committedAtUs: now() };
      writes.push(write);
      return write;
    },
    answered(write) {
      write.answeredAtUs = now();
      write.fenced = write.answeredAtUs - write.committedAtUs < SURELY_FENCED_MS * 1000;
      if (!write.fenced) owed.set(write, undefined);
    },
    unanswered(write, brokeAtUs) {
      brokeAt.set(write, brokeAtUs);
      owed.set(write, undefined);
    },
    get longestOwedMs() {
      return longestOwedMs;
    },
    async settled() {
      while (owed.size > 0) await sleep(LOOK_EVERY_MS);
    },
    async close() {
      closed = true;
      await looking;
    },
  };
}
