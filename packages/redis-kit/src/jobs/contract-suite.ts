import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createCatalogue } from './catalogue.ts';
import type { JobDriver } from './driver.ts';
import { createJobQueues } from './queues.ts';
import { createSchedules } from './schedules.ts';
import { type JobKind, type JobRun, type NewJob, type RunOutcome, Unrecoverable } from './types.ts';
import { createJobWorkers, defaultWorkerSettings, type WorkerSettings } from './workers.ts';

export interface JobStoreUnderTest {
  /** One more node's way to the store; closed by the store's owner. */
  open(): Promise<JobDriver>;
}

const kind = (name: string, more: Partial<JobKind> = {}): JobKind => ({
  name, queue: 'mail', attempts: 3, backoffMs: 20, timeoutMs: 10_000,
  accepts: (payload) => typeof (payload as { n?: unknown } | undefined)?.n === 'number', ...more,
});

const KINDS = [
  kind('plain'), kind('urgent', { priority: 'high' }), kind('hasty', { timeoutMs: 50, attempts: 1 }), kind('other', { queue: 'other' }),
];

const silent = { debug: () => {}, warn: () => {}, error: () => {} };

/** A ledger in memory, which can be away. */
function memoryLedger() {
  const open = new Map<string, { payload: unknown }>();
  const failed = new Map<string, string>();
  const done: string[] = [];
  /** Of jobs that a node has said it runs. */
  const said = new Set<string>();
  const state = { away: false };
  const ask = async <T>(work: () => T): Promise<T> => {
    if (state.away) throw new Error('The ledger is away');
    return work();
  };
  return {
    open, failed, done, said, state,
    port: {
      open: ({ id }: { id: string }) => ask(() => open.get(id)),
      done: ({ id }: { id: string }) => ask(() => void (open.delete(id) && done.push(id))),
      failed: ({ id }: { id: string }, error: Error) => ask(() => void failed.set(id, error.message)),
      sayRunning: (ids: readonly string[]) => ask(() => ids.forEach((id) => said.add(id))),
      saidRunning: ({ id }: { id: string }) => ask(() => said.has(id)),
    },
  };
}

/** The rules of SPEC.md that hold on every store. `createStore` gives an empty one of this test's own. */
export function describeJobDriver(name: string, createStore: () => Promise<JobStoreUnderTest>): void {
  async function setUp() {
    const store = await createStore();
    const ledger = memoryLedger();
    const driver = await store.open();
    const catalogue = createCatalogue(KINDS);
    const queues = createJobQueues({ driver, catalogue, log: silent });
    onTestFinished(() => queues.close());
    const add = async (jobName: string, n: number, more: Partial<NewJob> = {}): Promise<string> => {
      const id = randomUUID();
      ledger.open.set(id, { payload: { n } });
      await queues.add([{ id, name: jobName, shown: { n }, ...more }]);
      return id;
    };
    interface Options {
      readonly concurrency?: Record<string, number>;
      readonly settings?: Partial<WorkerSettings>;
      readonly cutShort?: (error: Error) => Promise<boolean>;
      readonly driver?: JobDriver;
      readonly kinds?: readonly JobKind[];
    }
    const work = (run: (run: JobRun) => Promise<void>, options: Options = {}) => {
      const outcomes: RunOutcome[] = [];
      const workers = createJobWorkers(
        {
          driver: options.driver ?? driver, catalogue: options.kinds ? createCatalogue(options.kinds) : catalogue,
          ledger: ledger.port, log: silent, run,
          concurrency: options.concurrency ?? { mail: 4, other: 1 },
          ...(options.cutShort && { cutShort: options.cutShort }),
          onRun: (_name, outcome) => void outcomes.push(outcome),
        },
        { ...defaultWorkerSettings, postponeMs: 20, drainMs: 5000, ...options.settings },
      );
      onTestFinished(() => workers.close());
      return { workers, outcomes };
    };
    return { store, ledger, driver, queues, add, work };
  }
  const soon = { timeout: 15_000, interval: 10 };

  describe(`jobs contract: ${name}`, () => {
    test('[JB1] What is added runs with the payload of the ledger; what is recorded is skipped; what does not fit fails at once', async () => {
      const { ledger, queues, add, work } = await setUp();
      const ids = await Promise.all([add('plain', 1), add('other', 2)]);
      const recorded = await add('plain', 3);
      ledger.open.delete(recorded);
      const bad = await add('plain', 4);
      ledger.open.set(bad, { payload: { n: 'four' } });
      const runs = new Map<string, unknown>();
      const { outcomes } = work(async ({ id, payload, attempt }) => void runs.set(id, { payload, attempt }));
      await expect.poll(() => outcomes.toSorted(), soon).toEqual(['done', 'done', 'failed for good', 'skipped']);
      expect(runs).toEqual(new Map(ids.map((id, at) => [id, { payload: { n: at + 1 }, attempt: 1 }])));
      expect(ledger.done.toSorted()).toEqual(ids.toSorted());
      expect([...ledger.failed]).toEqual([[bad, 'The payload does not fit plain']]);
      await expect.poll(() => queues.counts('mail'), soon).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 1 });
    });

    test('[JB2] The same id is added once, whether it waits or has failed', async () => {
      const { ledger, queues, add, work } = await setUp();
      const id = await add('plain', 1);
      await queues.add([{ id, name: 'plain', shown: {} }, { id, name: 'plain', shown: {} }]);
      expect((await queues.counts('mail')).waiting).toBe(1);
      let runs = 0;
      const { outcomes } = work(async () => {
        runs += 1;
        throw new Unrecoverable('never');
      });
      await expect.poll(() => outcomes, soon).toEqual(['failed for good']);
      await expect.poll(async () => (await queues.counts('mail')).failed, soon).toBe(1);
      await queues.add([{ id, name: 'plain', shown: {} }]);
      const last = await add('urgent', 2);
      await expect.poll(() => ledger.failed.has(last), soon).toBe(true);
      expect(runs).toBe(2);
    });

    test('[JB3] It is tried as often as it says, kept as failed, and has all its attempts again when it is retried', async () => {
      const { ledger, queues, add, work } = await setUp();
      const attempts: number[] = [];
      let mended = false;
      const id = await add('plain', 1);
      const { outcomes } = work(async ({ attempt }) => {
        attempts.push(attempt);
        if (!mended || attempt < 3) throw new Error(`no ${attempt}`);
      });
      await expect.poll(() => outcomes, soon).toEqual(['failed', 'failed', 'failed for good']);
      expect([...ledger.failed]).toEqual([[id, 'no 3']]);
      await expect.poll(async () => (await queues.counts('mail')).failed, soon).toBe(1);
      mended = true;
      await queues.retry({ id, name: 'plain', shown: {} });
      await expect.poll(() => ledger.done, soon).toEqual([id]);
      expect(attempts).toEqual([1, 2, 3, 1, 2, 3]);
    });

    test('[JB4] What takes too long is aborted and has failed; what it still does is recorded', async () => {
      const { ledger, add, work } = await setUp();
      const id = await add('hasty', 1);
      const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
      let reason: unknown;
      const { outcomes } = work(async ({ signal }) => {
        signal.addEventListener('abort', () => (reason = signal.reason));
        await mayEnd;
      });
      await expect.poll(() => outcomes, soon).toEqual(['failed for good']);
      expect(String(reason)).toContain('longer than 50 ms');
      end();
      await expect.poll(() => ledger.done, soon).toEqual([id]);
    });

    test('[JB5] While the ledger or what a run works on is away nothing is decided and no attempt is used up', async () => {
      const { ledger, add, work } = await setUp();
      ledger.state.away = true;
      let away = true;
      const attempts: number[] = [];
      const { outcomes } = work(
        async ({ attempt }) => {
          attempts.push(attempt);
          if (away) throw new Error('away');
        },
        { cutShort: async ({ message }) => message === 'away' },
      );
      const id = await add('plain', 1);
      await expect.poll(() => outcomes.length, soon).toBeGreaterThan(4);
      expect(attempts).toEqual([]);
      ledger.state.away = false;
      await expect.poll(() => attempts.length, soon).toBeGreaterThan(4);
      away = false;
      await expect.poll(() => ledger.done, soon).toEqual([id]);
      expect(new Set(attempts)).toEqual(new Set([1]));
      expect(new Set(outcomes.slice(0, -1))).toEqual(new Set(['postponed']));
    });

    test('[JB5] An effect that came about while the ledger went away is recorded when it is back, without another run', async () => {
      const { ledger, add, work } = await setUp();
      let runs = 0;
      work(async () => {
        runs += 1;
        ledger.state.away = true;
        setTimeout(() => (ledger.state.away = false), 200);
      });
      const id = await add('plain', 1);
      await expect.poll(() => ledger.done, soon).toEqual([id]);
      expect(runs).toBe(1);
    });

    test('[JB7] What runs for a while is said to run; what is added again waits for as long as that is said', async () => {
      const { ledger, queues, add, work } = await setUp();
      const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
      const first = await add('plain', 1);
      const elsewhere = randomUUID();
      ledger.open.set(elsewhere, { payload: { n: 2 } });
      ledger.said.add(elsewhere);
      await queues.add([{ id: elsewhere, name: 'plain', shown: {}, again: true }]);
      const started: string[] = [];
      const { outcomes } = work(async ({ id }) => {
        started.push(id);
        await mayEnd;
      }, { settings: { tellEveryMs: 20 } });
      await expect.poll(() => ledger.said.has(first), soon).toBe(true);
      await expect.poll(() => outcomes.length, soon).toBeGreaterThan(2);
      expect(new Set(outcomes)).toEqual(new Set(['postponed']));
      expect(started).toEqual([first]);
      ledger.said.delete(elsewhere);
      await expect.poll(() => started, soon).toEqual([first, elsewhere]);
      end();
      await expect.poll(() => ledger.done.toSorted(), soon).toEqual([first, elsewhere].toSorted());
    });

    test('[JB8] High priority goes first; what is delayed does not run before its time', async () => {
      const { ledger, queues, add, work } = await setUp();
      const addedAt = Date.now();
      const delayed = await add('urgent', 0, { delayMs: 400 });
      for (const n of [1, 2]) await add('plain', n);
      for (const n of [3, 4]) await add('urgent', n);
      expect(await queues.counts('mail')).toEqual({ waiting: 4, active: 0, delayed: 1, failed: 0 });
      const order: unknown[] = [];
      let delayedAt = 0;
      work(async ({ id, payload }) => {
        if (id === delayed) delayedAt = Date.now();
        else order.push((payload as { n: number }).n);
      }, { concurrency: { mail: 1 } });
      await expect.poll(() => ledger.done.length, soon).toBe(5);
      expect(order).toEqual([3, 4, 1, 2]);
      expect(delayedAt - addedAt).toBeGreaterThanOrEqual(400);
    });

    test('[JB9] Closing waits for what runs and leaves the rest; what does not end is aborted and given back', async () => {
      const { store, ledger, queues, add, work } = await setUp();
      const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
      const started: string[] = [];
      const ids = [await add('plain', 1), await add('plain', 2), await add('plain', 3)];
      const { workers } = work(async ({ id, signal }) => {
        started.push(id);
        if (id === ids[0]) return mayEnd;
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
      }, { concurrency: { mail: 2 }, settings: { drainMs: 300 } });
      await expect.poll(() => started.length, soon).toBe(2);
      const closing = workers.close();
      end();
      await closing;
      expect(ledger.done).toEqual([ids[0]]);
      expect(started).toEqual([ids[0], ids[1]]);
      const counts = await queues.counts('mail');
      expect([counts.active, counts.waiting + counts.delayed, counts.failed]).toEqual([0, 2, 0]);
      const attempts: number[] = [];
      work(async ({ attempt }) => void attempts.push(attempt), { driver: await store.open() });
      await expect.poll(() => ledger.done.toSorted(), soon).toEqual(ids.toSorted());
      expect(attempts).toEqual([1, 1]);
    });

    test('[JB10] Of two nodes with the same schedule one sees to each firing, again when it fails', async () => {
      const { store } = await setUp();
      const firings: string[] = [];
      let failures = 0;
      const node = async () => {
        const schedules = createSchedules({
          driver: await store.open(), timeZone: 'UTC', log: silent, retryMs: 50,
          // With six fields the first are seconds: tests need not wait for minutes.
          schedules: [{ name: 'tick', pattern: '* * * * * *' }],
          onFire: async (_name, firing) => {
            if (failures++ === 0) throw new Error('once');
            firings.push(firing);
          },
        });
        onTestFinished(() => schedules.close());
        await schedules.declare();
        await schedules.declare();
      };
      await Promise.all([node(), node()]);
      await expect.poll(() => firings.length, { timeout: 15_000, interval: 20 }).toBeGreaterThanOrEqual(3);
      expect(new Set(firings).size).toBe(firings.length);
      const seconds = firings.map((firing) => Number(firing.split(':').at(-1)) / 1000).toSorted((a, b) => a - b);
      expect(seconds.every(Number.isInteger)).toBe(true);
      expect(seconds.at(-1)! - seconds[0]!).toBe(seconds.length - 1);
    });

    test('[JB13] A job of a kind that this node does not know waits for one that does', async () => {
      const { store, ledger, add, work } = await setUp();
      const id = await add('urgent', 1);
      const { outcomes } = work(async () => {}, { kinds: [kind('plain')], concurrency: { mail: 1 } });
      await expect.poll(() => outcomes.length, soon).toBeGreaterThan(2);
      expect(new Set(outcomes)).toEqual(new Set(['postponed']));
      work(async () => {}, { driver: await store.open(), settings: { postponeMs: 1 } });
      await expect.poll(() => ledger.done, soon).toEqual([id]);
    });
  });
}
