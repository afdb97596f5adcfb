import type { Database, Statement, Tx } from '../db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { uuidv7 } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import type { Effect, Write } from '../kernel/write.ts';
import { type ApplySettings, createApply } from './apply.ts';
import { type Batcher, createBatcher } from '../kernel/batcher.ts';
import { callHandler, type EffectHandler, EffectTimeout, EffectUnavailable, type Gathered } from './handler.ts';
import { createOthers } from './others.ts';
import * as repo from './outbox.repo.ts';
import { createPayloadCheck } from './payloads.ts';
import { type CommittedRow, createRelay } from './relay.ts';
import { createRests, type RestSettings } from './rests.ts';
import { createWaiting } from './waiting.ts';

export interface OutboxSettings extends ApplySettings, RestSettings {
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
  maxRestMs: 10_000,
  // Twice the one and once the other stay below the 15 s after which the pool takes a silent connection for lost.
  handlerTimeoutMs: 4000,
  applyForMs: 4000,
};

/** Nobody waits for them to go, and the relay leaves them alone for much longer (`ownershipMs`). */
const REMOVE_PAUSE_MS = 5;

export interface Outbox {
  readonly write: Write;
  /** Applies whatever is due now, on this node; answers how many were applied. When a target has come back, and in tests. */
  drain(): Promise<number>;
  figures(): Promise<repo.OutboxFigures>;
  /** The payloads of all effects of a kind that are not known to be applied, whoever wrote them. */
  pending(kind: string): Promise<readonly object[]>;
  /** Gives effects that were set aside another round of attempts; answers how many. */
  takeUpFailed(): Promise<number>;
  close(): Promise<void>;
}

interface Deps {
  readonly database: Database;
  readonly handlers: readonly EffectHandler[];
  readonly clock: Clock;
  readonly log: Log;
  /** A write was answered although an effect it waited for is not applied, and another node may show what was. */
  readonly onUnfenced?: () => void;
}

/** The write path of SPEC.md. The relay runs from the start until `close`. */
export async function createOutbox(deps: Deps, settings: OutboxSettings = defaultOutboxSettings): Promise<Outbox> {
  const { database, clock, log } = deps;
  const handlers = new Map(deps.handlers.map((handler) => [handler.kind, handler]));
  const gathering = deps.handlers.filter((handler) => handler.gather !== undefined);
  const rests = createRests(settings, clock);
  const fits = createPayloadCheck(deps.handlers);
  const apply = createApply({ handlers, fits, rests, log }, settings);
  const relay = await createRelay({ database, kinds: [...handlers.keys()], apply, rests, log }, settings);
  const underWay = new Set<Promise<unknown>>();

  /** Applies committed rows under their locks, so that order holds across nodes. */
  const lane = (): Batcher<CommittedRow> =>
    createBatcher(async (rows) => {
      try {
        await relay.applyRows(rows);
      } catch (error) {
        log.warn({ err: error, rows: rows.length }, 'Effects were left to the relay');
      }
    });
  // Apart, so that no answer waits behind effects that nobody waits for. OB3
  const answering = lane();
  const background = lane();
  const otherNodes = createOthers({ queries: database.kysely, ownProcessId: relay.processId, clock, log });
  const waiting = createWaiting({ queries: database.kysely, rests, others: otherNodes, tryRows: answering.add, log });

  const applied = createBatcher<string>(async (ids) => {
    try {
      await repo.remove(database.kysely, ids);
    } catch (error) {
      log.warn({ err: error, rows: ids.length }, 'Applied effects could not be removed; the relay will apply them again');
    }
  }, { pauseMs: REMOVE_PAUSE_MS });

  type Direct = 'applied' | 'failed' | 'timed out' | 'unavailable';

  const answerWaits = new Set(deps.handlers.filter((handler) => handler.answerWaits).map(({ kind }) => kind));

  /** Effects without a key that are applied at once, without a lock, for applying twice does no harm. */
  const direct = new Map(
    deps.handlers
      .filter((handler) => handler.answerWaits || handler.unlocked === true)
      .map((handler): [string, Batcher<repo.OutboxRow, Direct>] => [
        handler.kind,
        createBatcher(async (rows) => {
          try {
            const { answerWaitMs, handlerTimeoutMs, batchSize } = settings;
            const most = handler.answerWaits ? rows.length : batchSize;
            const timeoutMs = handler.answerWaits ? Math.min(answerWaitMs, handlerTimeoutMs) : handlerTimeoutMs;
            for (let start = 0; start < rows.length; start += most) {
              await callHandler(handler, rows.slice(start, start + most), timeoutMs);
            }
          } catch (error) {
            const away = error instanceof EffectUnavailable;
            // Of a target that is away its own watch has told; a line for each write would bury it.
            log[away ? 'debug' : 'warn']({ err: error, kind: handler.kind, rows: rows.length }, 'Effects could not be applied at once');
            if (!away) return 'failed';
            rests.away(handler.kind);
            return error instanceof EffectTimeout ? 'timed out' : 'unavailable';
          }
          void applied.add(rows.map((row) => row.id));
          if (rests.back(handler.kind)) relay.wakeAll();
          return 'applied';
        }),
      ]),
  );

  function toRow(effect: Effect): repo.OutboxRow {
    if (!handlers.has(effect.kind)) throw new Error(`No handler for effects of kind ${effect.kind}`);
    if (!fits(effect.kind, effect.payload)) throw new Error(`The payload does not fit ${effect.kind}`);
    return { id: effect.id ?? uuidv7(clock.now()), kind: effect.kind, key: effect.key ?? null, payload: effect.payload };
  }

  async function untilDirect(kind: string, rows: readonly repo.OutboxRow[]): Promise<boolean> {
    const outcome = await direct.get(kind)!.add(rows);
    if (outcome === 'applied') return true;
    const options = { timeoutMs: settings.answerWaitMs, tried: outcome !== 'failed', unseenHere: outcome === 'unavailable' };
    return waiting.untilApplied(rows, options);
  }

  /** Nobody waits for them; what fails is tried row by row, what is away is left to the relay. */
  function behindTheAnswer(rows: readonly repo.OutboxRow[]): void {
    const unlocked = Map.groupBy(rows, ({ kind, key }) => (key === null && direct.has(kind) ? kind : ''));
    for (const [kind, ofKind] of unlocked) {
      if (kind === '') void background.add(ofKind);
      else if (!rests.isResting(kind)) {
        void direct.get(kind)!.add(ofKind).then((outcome) => (outcome === 'failed' ? background.add(ofKind) : undefined));
      }
    }
  }

  async function committed(rows: readonly repo.OutboxRow[]): Promise<void> {
    const others = rows.filter((row) => !answerWaits.has(row.kind));
    if (others.length > 0) behindTheAnswer(others);
    const waited = rows.filter((row) => answerWaits.has(row.kind));
    if (waited.length === 0) return;
    const unkeyed = Map.groupBy(waited.filter((row) => row.key === null), (row) => row.kind);
    const keyed = waited.filter((row) => row.key !== null);
    const waits = [...unkeyed].map(([kind, ofKind]) => untilDirect(kind, ofKind));
    if (keyed.length > 0) {
      waits.push(waiting.untilApplied(keyed, { timeoutMs: settings.answerWaitMs, tried: false, unseenHere: false }));
    }
    const all = Promise.all(waits);
    underWay.add(all);
    void all.finally(() => underWay.delete(all));
    const fenced = await atMost(settings.answerWaitMs, all);
    if (fenced?.every(Boolean) !== true) deps.onUnfenced?.();
  }

  /** Effects, and what else their kinds want committed with them: as a rule one statement. Answers the outbox's rows. */
  async function insert(tx: Tx, added: readonly repo.OutboxRow[]): Promise<readonly repo.OutboxRow[]> {
    const rows = added.filter(({ kind }) => handlers.get(kind)!.gather === undefined);
    const records: Gathered['record'][] = [];
    for (const handler of gathering) {
      const ofKind = added.filter(({ kind }) => kind === handler.kind);
      if (ofKind.length === 0) continue;
      const { effects, record } = handler.gather!(ofKind);
      rows.push(...effects.map(toRow));
      records.push(record);
    }
    let insertion: Statement | undefined = repo.insertion(rows, settings.ownershipMs);
    for (const record of records) {
      await record(tx, insertion);
      insertion = undefined;
    }
    if (insertion !== undefined) await repo.insert(tx, insertion);
    return rows;
  }

  const write: Write = async (work) => {
    const { rows, value } = await database.transaction(async (tx) => {
      const added: repo.OutboxRow[] = [];
      const result = await work(tx, { add: (effect) => added.push(toRow(effect)) });
      return { rows: added.length === 0 ? added : await insert(tx, added), value: result };
    });
    if (rows.length > 0) await committed(rows);
    return value;
  };

  return {
    write,
    drain: () => relay.drain(),
    figures: () => repo.figures(database.kysely),
    pending: (kind) => repo.pending(database.kysely, kind),
    async takeUpFailed() {
      const count = await repo.takeUpFailed(database.kysely);
      if (count > 0) relay.wakeAll();
      return count;
    },
    async close() {
      await waiting.close();
      await Promise.all(underWay);
      await Promise.all([...direct.values()].map((batcher) => batcher.idle()));
      await Promise.all([answering.idle(), background.idle()]);
      await waiting.close();
      await applied.idle();
      await otherNodes.close();
      await relay.close();
    },
  };
}

/** Undefined when the time was up first. */
async function atMost<T>(timeoutMs: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, timeoutMs, undefined)));
  const first = await Promise.race([work, timeout]);
  clearTimeout(timer);
  return first;
}
