import type { Tx } from '../db/index.ts';
import type { Log } from '../kernel/log.ts';
import { callHandler, type EffectHandler, EffectTimeout, EffectUnavailable } from './handler.ts';
import { type ClaimedRow, type FailedTry, recordFailures, remove } from './outbox.repo.ts';
import type { Rests } from './rests.ts';

export interface ApplySettings {
  readonly maxAttempts: number;
  /** Pause after the first failure; doubles with each further one, up to `maxRetryMs`. */
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  readonly handlerTimeoutMs: number;
  /** After so long nothing further of a batch is begun: it stays for the next, and what is done is recorded. */
  readonly applyForMs: number;
}

export interface Applied {
  readonly done: number;
  readonly failed: number;
}

/** Rows that must be applied one after another: those of one key, or a single one without. */
interface Chain {
  readonly rows: readonly ClaimedRow[];
  /** The first row not yet applied. */
  at: number;
  stopped: boolean;
}

interface Deps {
  readonly handlers: ReadonlyMap<string, EffectHandler>;
  readonly fits: (kind: string, payload: unknown) => boolean;
  readonly rests: Rests;
  readonly log: Log;
}

/** Applies claimed rows and records what came of each, in the transaction that holds their locks. */
export function createApply({ handlers, fits, rests, log }: Deps, settings: ApplySettings) {
  async function tryRows(tx: Tx, handler: EffectHandler, rows: readonly ClaimedRow[]): Promise<unknown> {
    try {
      await callHandler(handler, rows, settings.handlerTimeoutMs, tx);
      rests.back(handler.kind);
      return undefined;
    } catch (error) {
      return error ?? new Error('The handler threw nothing');
    }
  }

  function failedTry(row: ClaimedRow, error: unknown): FailedTry {
    const attempts = row.attempts + 1;
    const setAside = error instanceof UnreadablePayload || attempts >= settings.maxAttempts;
    const retryInMs = Math.min(settings.maxRetryMs, settings.firstRetryMs * 2 ** (attempts - 1));
    const message = error instanceof Error ? error.message : String(error);
    log.warn({ outboxId: row.id, kind: row.kind, key: row.key, attempts, setAside, err: error }, 'Effect failed');
    return { id: row.id, attempts, error: message.slice(0, 1000).replaceAll('\0', ''), retryInMs, setAside };
  }

  return async function apply(tx: Tx, claimed: readonly ClaimedRow[]): Promise<Applied> {
    const endMs = performance.now() + settings.applyForMs;
    const done: string[] = [];
    const failures: FailedTry[] = [];

    function record(row: ClaimedRow, chain: Chain, error: unknown): void {
      if (error === undefined) {
        done.push(row.id);
        chain.at += 1;
        return;
      }
      chain.stopped = true;
      if (error instanceof EffectUnavailable) {
        rests.away(row.kind);
      } else {
        failures.push(failedTry(row, error));
      }
    }

    /** Applies the leading rows of one kind of each chain: all together, or one by one where that fails. */
    async function applyLeading(handler: EffectHandler, chains: readonly Chain[]): Promise<void> {
      const runs = chains.map((chain) => ({ chain, rows: leadingRun(chain) }));
      const rows = runs.flatMap((run) => run.rows);
      if (rows.length > 1) {
        const error = await tryRows(tx, handler, rows);
        if (error === undefined || (error instanceof EffectUnavailable && !(error instanceof EffectTimeout))) {
          for (const run of runs) for (const row of run.rows) record(row, run.chain, error);
          return;
        }
        log.debug({ kind: handler.kind, rows: rows.length, err: error }, 'A batch of effects failed; trying them one by one');
      }
      let tried = 0;
      for (const run of runs) {
        for (const row of run.rows) {
          // At least one is tried, so that a batch that takes too long gets smaller each time.
          if (tried > 0 && performance.now() > endMs) return;
          tried += 1;
          const error = await tryRows(tx, handler, [row]);
          record(row, run.chain, error);
          if (error instanceof EffectUnavailable) {
            for (const { chain } of runs) chain.stopped = true;
            return;
          }
          if (error !== undefined) break;
        }
      }
    }

    /** Rows nobody can read are set aside before anything is tried, and are in nobody's way. */
    function readable(row: ClaimedRow): boolean {
      if (fits(row.kind, row.payload)) return true;
      failures.push(failedTry(row, new UnreadablePayload(`The payload does not fit ${row.kind}`)));
      return false;
    }

    const chains = chainsOf(claimed.filter(readable));
    do {
      const ready = chains.filter((chain) => !chain.stopped && handlers.has(chain.rows[chain.at]?.kind ?? ''));
      if (ready.length === 0) break;
      const byKind = Map.groupBy(ready, (chain) => chain.rows[chain.at]!.kind);
      const before = done.length + failures.length;
      await Promise.all([...byKind].map(([kind, ofKind]) => applyLeading(handlers.get(kind)!, ofKind)));
      if (done.length + failures.length === before) break;
    } while (performance.now() < endMs);

    if (done.length > 0) await remove(tx, done);
    if (failures.length > 0) await recordFailures(tx, failures);
    return { done: done.length, failed: failures.length };
  };
}

class UnreadablePayload extends Error {
  override readonly name = 'UnreadablePayload';
}

function chainsOf(rows: readonly ClaimedRow[]): Chain[] {
  const byKey = Map.groupBy(rows.filter((row) => row.key !== null), (row) => row.key);
  const chains = [...byKey.values()].map((ofKey) => ofKey.toSorted((a, b) => a.seq - b.seq));
  for (const row of rows) if (row.key === null) chains.push([row]);
  return chains.map((ofChain) => ({ rows: ofChain, at: 0, stopped: false }));
}

function leadingRun({ rows, at }: Chain): ClaimedRow[] {
  const { kind } = rows[at]!;
  const other = rows.findIndex((row, index) => index > at && row.kind !== kind);
  return rows.slice(at, other === -1 ? undefined : other);
}
