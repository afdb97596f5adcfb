import { Check } from 'typebox/value';
import type { Tx } from '../db/index.ts';
import type { Log } from '../kernel/log.ts';
import { type EffectHandler, EffectUnavailable } from './handler.ts';
import { type ClaimedRow, type FailedTry, recordFailures, remove } from './outbox.repo.ts';

export interface ApplySettings {
  readonly maxAttempts: number;
  /** Pause after the first failure; doubles with each further one, up to `maxRetryMs`. */
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  /** A handler that takes longer counts as failed, so that one that hangs cannot hold its rows for ever. */
  readonly handlerTimeoutMs: number;
}

export interface Applied {
  readonly done: number;
  readonly failed: number;
}

type Outcome = { readonly error: unknown } | undefined;

/** Applies claimed rows and records what came of each, in the transaction that holds their locks. */
export function createApply(handlers: ReadonlyMap<string, EffectHandler>, settings: ApplySettings, log: Log) {
  async function run(handler: EffectHandler, rows: readonly ClaimedRow[]): Promise<Outcome> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new EffectUnavailable(`${handler.kind} took longer than ${settings.handlerTimeoutMs} ms`)),
        settings.handlerTimeoutMs,
      );
    });
    try {
      await Promise.race([handler.apply(rows.map((row) => row.payload)), timeout]);
      return undefined;
    } catch (error) {
      return { error };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Rows of one kind, independent of each other or of one key. Stops at the first failure when they are of one key. */
  async function applyRun(rows: readonly ClaimedRow[], ordered: boolean): Promise<Map<ClaimedRow, Outcome>> {
    const handler = handlers.get(rows[0]!.kind)!;
    const outcomes = new Map<ClaimedRow, Outcome>();
    const readable: ClaimedRow[] = [];
    for (const row of rows) {
      if (Check(handler.schema, row.payload)) readable.push(row);
      else outcomes.set(row, { error: new UnreadablePayload(`The payload does not fit ${row.kind}`) });
    }
    if (readable.length > 1) {
      const together = await run(handler, readable);
      if (together === undefined || together.error instanceof EffectUnavailable) {
        for (const row of readable) outcomes.set(row, together);
        return outcomes;
      }
    }
    for (const row of readable) {
      const outcome = await run(handler, [row]);
      outcomes.set(row, outcome);
      if (outcome !== undefined && ordered) break;
    }
    return outcomes;
  }

  function failedTry(row: ClaimedRow, error: unknown): FailedTry {
    const unavailable = error instanceof EffectUnavailable;
    const attempts = row.attempts + (unavailable ? 0 : 1);
    const setAside = error instanceof UnreadablePayload || attempts >= settings.maxAttempts;
    const retryInMs = Math.min(settings.maxRetryMs, settings.firstRetryMs * 2 ** Math.max(0, attempts - 1));
    const message = error instanceof Error ? error.message : String(error);
    log.warn({ outboxId: row.id, kind: row.kind, key: row.key, attempts, setAside, err: error }, 'Effect failed');
    return { id: row.id, attempts, error: message.slice(0, 1000), retryInMs, setAside };
  }

  return async function apply(tx: Tx, claimed: readonly ClaimedRow[]): Promise<Applied> {
    const outcomes = new Map<ClaimedRow, Outcome>();
    const unkeyed = Map.groupBy(claimed.filter((row) => row.key === null), (row) => row.kind);
    const keyed = Map.groupBy(claimed.filter((row) => row.key !== null), (row) => row.key!);
    const merge = (part: Map<ClaimedRow, Outcome>) => part.forEach((outcome, row) => outcomes.set(row, outcome));
    await Promise.all([
      ...[...unkeyed.values()].map(async (rows) => merge(await applyRun(rows, false))),
      ...[...keyed.values()].map(async (rows) => {
        for (const run of runsOfOneKind(rows)) {
          // A kind this node does not know holds its key's later rows until a node that knows it has applied it.
          if (!handlers.has(run[0]!.kind)) return;
          const part = await applyRun(run, true);
          merge(part);
          const stopped = run.some((row) => {
            const outcome = part.get(row);
            return !part.has(row) || (outcome !== undefined && !(outcome.error instanceof UnreadablePayload));
          });
          if (stopped) return;
        }
      }),
    ]);
    const done: string[] = [];
    const failures: FailedTry[] = [];
    for (const [row, outcome] of outcomes) {
      if (outcome === undefined) done.push(row.id);
      else failures.push(failedTry(row, outcome.error));
    }
    if (done.length > 0) await remove(tx, done);
    if (failures.length > 0) await recordFailures(tx, failures);
    return { done: done.length, failed: failures.length };
  };
}

class UnreadablePayload extends Error {
  override readonly name = 'UnreadablePayload';
}

function runsOfOneKind(rows: readonly ClaimedRow[]): ClaimedRow[][] {
  const runs: ClaimedRow[][] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last !== undefined && last[0]!.kind === row.kind) last.push(row);
    else runs.push([row]);
  }
  return runs;
}
