import { Check } from 'typebox/value';
import type { Database } from '../db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { uuidv7 } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import type { Effect, Write } from '../kernel/write.ts';
import { type ApplySettings, createApply } from './apply.ts';
import { createBatcher } from './batcher.ts';
import type { EffectHandler } from './handler.ts';
import * as repo from './outbox.repo.ts';
import { createRelay } from './relay.ts';

export interface OutboxSettings extends ApplySettings {
  /** How long a committed row belongs to its writer before any relay may take it. */
  readonly ownershipMs: number;
  /** How long an answer waits at most for its waiting effects. */
  readonly answerWaitMs: number;
  /** How often a relay looks for due rows when nobody wakes it. */
  readonly pollIntervalMs: number;
  readonly batchSize: number;
}

export const defaultOutboxSettings: OutboxSettings = {
  ownershipMs: 1000,
  answerWaitMs: 1000,
  pollIntervalMs: 500,
  batchSize: 500,
  maxAttempts: 12,
  firstRetryMs: 200,
  maxRetryMs: 60_000,
  handlerTimeoutMs: 10_000,
};

export interface Outbox {
  readonly write: Write;
  /** Applies whatever is due now, on this node; answers how many were applied. For tests and shutdown. */
  drain(): Promise<number>;
  figures(): Promise<repo.OutboxFigures>;
  /** Gives effects that were set aside another round of attempts; answers how many. */
  takeUpFailed(): Promise<number>;
  close(): Promise<void>;
}

interface Deps {
  readonly database: Database;
  readonly handlers: readonly EffectHandler[];
  readonly clock: Clock;
  readonly log: Log;
}

/** The write path of SPEC.md. The relay runs from the start until `close`. */
export async function createOutbox(deps: Deps, settings: OutboxSettings = defaultOutboxSettings): Promise<Outbox> {
  const { database, clock, log } = deps;
  const handlers = new Map(deps.handlers.map((handler) => [handler.kind, handler]));
  const apply = createApply(handlers, settings, log);
  const relay = await createRelay({ database, kinds: [...handlers.keys()], apply, log }, settings);

  /** Rows that no answer waits for, and keyed ones: claimed first, so that order holds across nodes. */
  const claimed = createBatcher<string>(async (ids) => {
    try {
      await relay.applyRows(ids);
    } catch (error) {
      log.warn({ err: error, rows: ids.length }, 'Effects were left to the relay');
      relay.wakeAll();
    }
  });

  const applied = createBatcher<string>(async (ids) => {
    try {
      await repo.remove(database.kysely, ids);
    } catch (error) {
      log.warn({ err: error, rows: ids.length }, 'Applied effects could not be removed; the relay will apply them again');
    }
  });

  /** Waiting effects without a key: applied at once, without a lock, for applying twice does no harm. */
  const waiting = new Map(
    deps.handlers
      .filter((handler) => handler.answerWaits)
      .map((handler) => [
        handler.kind,
        createBatcher<repo.OutboxRow>(async (rows) => {
          try {
            await handler.apply(rows.map((row) => row.payload));
            void applied.add(rows.map((row) => row.id));
          } catch (error) {
            log.warn({ err: error, kind: handler.kind, rows: rows.length }, 'Waiting effects were left to the relay');
            await claimed.add(rows.map((row) => row.id));
          }
        }),
      ]),
  );

  function toRow(effect: Effect): repo.OutboxRow {
    const handler = handlers.get(effect.kind);
    if (handler === undefined) throw new Error(`No handler for effects of kind ${effect.kind}`);
    if (!Check(handler.schema, effect.payload)) throw new Error(`The payload does not fit ${effect.kind}`);
    return { id: uuidv7(clock.now()), kind: effect.kind, key: effect.key ?? null, payload: effect.payload };
  }

  async function committed(rows: readonly repo.OutboxRow[]): Promise<void> {
    const answerWaitsFor: Promise<void>[] = [];
    const toClaim: string[] = [];
    for (const [kind, ofKind] of Map.groupBy(rows, (row) => row.kind)) {
      const direct = waiting.get(kind);
      const unkeyed = direct === undefined ? [] : ofKind.filter((row) => row.key === null);
      if (direct !== undefined && unkeyed.length > 0) answerWaitsFor.push(direct.add(unkeyed));
      const rest = ofKind.filter((row) => !unkeyed.includes(row)).map((row) => row.id);
      if (rest.length === 0) continue;
      if (handlers.get(kind)!.answerWaits) answerWaitsFor.push(claimed.add(rest));
      else toClaim.push(...rest);
    }
    if (toClaim.length > 0) void claimed.add(toClaim);
    if (answerWaitsFor.length > 0) await atMost(settings.answerWaitMs, Promise.all(answerWaitsFor));
  }

  const write: Write = async (work) => {
    let rows: repo.OutboxRow[] = [];
    const result = await database.transaction(async (tx) => {
      rows = [];
      const value = await work(tx, { add: (effect) => rows.push(toRow(effect)) });
      if (rows.length > 0) await repo.insert(tx, rows, settings.ownershipMs);
      return value;
    });
    if (rows.length > 0) await committed(rows);
    return result;
  };

  return {
    write,
    drain: () => relay.drain(),
    figures: () => repo.figures(database.kysely),
    async takeUpFailed() {
      const count = await repo.takeUpFailed(database.kysely);
      if (count > 0) relay.wakeAll();
      return count;
    },
    async close() {
      await Promise.all([...waiting.values()].map((batcher) => batcher.idle()));
      await claimed.idle();
      await applied.idle();
      await relay.close();
    },
  };
}

async function atMost(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, timeoutMs)))]);
  clearTimeout(timer);
}
