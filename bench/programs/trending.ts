/**
 * The 20 most popular events, everywhere and around places by turns, while people answer: what the median and the slowest
 * hundredth take, in ms. `ours`: by the scores; `rescan`: by counting going and interested people over all that is to come.
 * Usage: node trending.ts <side> <PostgreSQL> <seconds>
 */
import pg from 'pg';
import { pino } from 'pino';
import { openDatabase } from '../../apps/server/src/db/index.ts';
import { createDiscovery } from '../../apps/server/src/modules/events/index.ts';
import { programArguments, tell } from './arguments.ts';

const [side = '', databaseUrl = '', seconds = ''] = programArguments(3);
const LIMIT = 20;
const LEAST = 3;

async function openOurs(): Promise<{ ask: (nth: number) => Promise<unknown>; close: () => Promise<void> }> {
  const log = pino({ level: 'silent' });
  const database = await openDatabase({ url: databaseUrl, dataDir: '/nonexistent', poolSize: 2, statementTimeoutMs: 10_000 }, { log, progress: () => {} });
  const { trending } = createDiscovery({
    queries: database.kysely, clock: { now: Date.now }, log,
    write: () => Promise.reject(new Error('Nothing is changed')),
    reads: { available: false, usesOf: () => 0, refresh: (_policy, _params, load) => load() },
  });
  return {
    ask: (nth) => trending({ limit: LIMIT, ...(nth % 2 === 0 && { lat: 46 + (nth % 9), lng: 2 + (nth % 12) }) }),
    close: () => database.close(),
  };
}

async function openRescan(): Promise<{ ask: (nth: number) => Promise<unknown>; close: () => Promise<void> }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const order = `order by 3 * going_count + interested_count desc, id limit ${LIMIT}`;
  const listed = `visibility = 'public' and cancelled_at is null and over_at > now()`;
  return {
    ask: (nth) => (nth % 2 === 1
      ? client.query(`select * from events where ${listed} ${order}`)
      : client.query(`select * from events where ${listed} and lat between $1 - 3 and $1 + 3 and lng between $2 - 4 and $2 + 4 ${order}`,
        [46 + (nth % 9), 2 + (nth % 12)])),
    close: () => client.end(),
  };
}

const { ask, close } = await (side === 'ours' ? openOurs() : openRescan());
try {
  for (let nth = 0; nth < LEAST; nth += 1) await ask(nth);
  const times: number[] = [];
  let nth = 0;
  for (const endMs = performance.now() + Number(seconds) * 1000; performance.now() < endMs; nth += 1) {
    const beganMs = performance.now();
    await ask(nth);
    times.push(performance.now() - beganMs);
  }
  const at = (part: number): number => times.toSorted((a, b) => a - b)[Math.floor(times.length * part)]!;
  tell({ p50: at(0.5), p99: at(0.99) });
} finally {
  await close();
}
