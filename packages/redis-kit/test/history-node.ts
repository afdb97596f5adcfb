/** One process of a history: reads and writes through its cache, and tells its parent what it did. Started by fork. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type HistoryCache, openKitCache, type RedisAddress, type View, withFirstVersions } from './history-caches.ts';
import { createLink } from './history-link.ts';
import { between, seeded } from './history-random.ts';

export interface NodeOptions {
  readonly seed: number;
  readonly redis: RedisAddress;
  /** `first-versions` is a mutant without validation; `bentocache` a peer. */
  readonly cache: 'ours' | 'first-versions' | 'bentocache';
  readonly timeoutMs: number;
  /** How long a process waits for another's load. */
  readonly leaseWaitMs: number;
  readonly rows: number;
  /** Readers and writers that go on at the same time. */
  readonly fibers: number;
}

/** A read as it crosses to the parent; see `Read` for the units. */
export interface ReadRecord {
  readonly began: number;
  readonly ended: number;
  readonly source: string;
  readonly returned: number;
  readonly boundedUs: number;
  readonly shown: readonly (readonly [number, number])[];
  /** How long it waited for something else than its load or this process's turn, in ms. */
  readonly waitedMs: number;
}

const nowUs = (): number => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3;
};

const options = JSON.parse(process.argv[2]!) as NodeOptions;
const random = seeded(options.seed);
const BOUNDED_MS = 50;

let stopping = false;
let returnedAtUs = 0;
let beganReturnAtUs = 0;
let records: ReadRecord[] = [];
let longestLoadMs = 0;

/** How much later than it should have been this process got its turn, all in all. */
const BEAT_MS = 10;
let lateMs = 0;
let lastBeatAtMs = performance.now();
const late = (): number => lateMs + Math.max(0, performance.now() - lastBeatAtMs - BEAT_MS);

const link = createLink(
  { send: (message) => void process.send!(message), onMessage: (listener) => void process.on('message', listener) },
  {
    invalidate: async (row: number) => cache.invalidate(row).then(() => true, () => false),
    stop: () => {
      stopping = true;
    },
  },
);
// The parent is the only reason to live.
process.on('disconnect', () => process.exit(0));

const cache: HistoryCache = await open();

async function open(): Promise<HistoryCache> {
  const given = {
    redis: options.redis,
    timeoutMs: options.timeoutMs,
    leaseWaitMs: options.leaseWaitMs,
    beforeReturn: async ({ invalidate }: Pick<HistoryCache, 'invalidate'>) => {
      beganReturnAtUs = nowUs();
      for (const [id, row] of await link.call<[number, number][]>('owed')) {
        await invalidate(row);
        link.tell('applied', id, nowUs());
      }
    },
    onReturned: () => {
      returnedAtUs = beganReturnAtUs;
    },
  };
  if (options.cache === 'bentocache') return (await import('./history-bentocache.ts')).openBentoCache(given);
  return openKitCache(given, options.cache === 'first-versions' ? withFirstVersions : undefined);
}

/** Most often at once or in a millisecond, now and then much later. */
async function delay(): Promise<void> {
  const chance = random();
  if (chance < 0.3) return;
  await sleep(chance < 0.9 ? between(random, 0, 3) : between(random, 3, 20));
}

function viewOf(rows: readonly number[]): View {
  return { key: rows.length === 1 ? `item:${rows[0]}` : `items:from:${rows[0]}`, rows };
}

function anyView(): View {
  const chance = random();
  // The first rows are hot.
  const row = Math.floor(random() ** 2 * options.rows);
  if (chance < 0.85) return viewOf([row]);
  const view = viewOf(row * 2 < options.rows ? [0, 1, 2, 3] : [4, 5, 6, 7]);
  return chance < 0.95 ? view : { ...view, key: `bounded:${view.key}`, boundedMs: BOUNDED_MS };
}

async function load(rows: readonly number[]): Promise<number[]> {
  const beganAtMs = performance.now();
  await delay();
  const values = await link.call<number[]>('load', rows);
  await delay();
  longestLoadMs = Math.max(longestLoadMs, performance.now() - beganAtMs);
  return values;
}

async function read(view: View, how: 'get' | 'refresh'): Promise<void> {
  const lateBefore = late();
  const returned = returnedAtUs;
  const began = nowUs();
  const { values, source } = await cache[how](view, () => load(view.rows));
  const ended = nowUs();
  records.push({
    began, ended, source, returned,
    // TTLs and bounds are kept on the wall clock, in whole milliseconds.
    boundedUs: view.boundedMs === undefined ? 0 : (view.boundedMs + 2) * 1000,
    shown: view.rows.map((row, index) => [row, values[index]!]),
    waitedMs: Math.max(0, (ended - began) / 1000 - longestLoadMs - (late() - lateBefore)),
  });
  if (records.length >= 200) flush();
}

function flush(): void {
  if (records.length > 0) link.tell('reads', records);
  records = [];
}

/** The write path: commit, then invalidate here, or have another node do it, or answer without after a second. */
async function write(row: number): Promise<void> {
  await delay();
  const id = await link.call<number>('commit', row);
  await delay();
  let fenced = true;
  try {
    await cache.invalidate(row);
    link.tell('applied', id, nowUs());
  } catch {
    fenced = await link.call<boolean>('askOthers', id);
  }
  link.tell('answered', id, nowUs(), fenced);
}

async function fiber(): Promise<void> {
  while (!stopping) {
    const chance = random();
    if (chance < 0.04) {
      const row = Math.floor(random() ** 2 * options.rows);
      await write(row);
      await read(viewOf([row]), 'get');
    } else if (chance < 0.06) {
      await read(anyView(), 'refresh');
    } else if (chance < 0.3) {
      const view = anyView();
      await Promise.all(Array.from({ length: between(random, 2, 8) }, () => read(view, 'get')));
    } else {
      await read(anyView(), 'get');
    }
    if (random() < 0.2) await delay();
  }
}

const beat = setInterval(() => {
  lateMs = late();
  lastBeatAtMs = performance.now();
}, BEAT_MS);

await cache.ready();
link.tell('ready');
await Promise.all(Array.from({ length: options.fibers }, fiber));
clearInterval(beat);
flush();
await link.call('done');
await cache.close();
process.disconnect();
