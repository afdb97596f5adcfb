/**
 * The 20 events nearest to random places, half of these in the dense region: what the slowest hundredth takes, in ms.
 * `ours`: as the server looks for them; `knn`: the nearest neighbours by a GiST index, those that do not fit left out;
 * `box`: all in a box around the circle by the same index, sorted; `served`: the whole server's answers for 20 places,
 * of which <address> is the server's.
 * Usage: node nearby.ts <side> <address> <days> <seconds>
 */
import pg from 'pg';
import { pino } from 'pino';
import { openDatabase } from '../../apps/server/src/db/index.ts';
import { createDiscovery } from '../../apps/server/src/modules/events/index.ts';
import { programArguments, tell } from './arguments.ts';

const [side = '', address = '', days = '', seconds = ''] = programArguments(4);
const DAY_MS = 86_400_000;
/** Who asks longer than this has gone; it counts as this long. */
const TIMEOUT_MS = 2000;
const LEAST = 100;
const PLACES = 20;
const LIMIT = 20;

interface Question {
  readonly lat: number;
  readonly lng: number;
  readonly radiusKm: number;
  readonly fromMs: number;
  readonly toMs: number;
}
type Ask = (question: Question) => Promise<unknown>;

let state = 12_345;
/** The same places for both sides. */
function random(): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff;
  return state / 0x80_00_00_00;
}
const startedMs = Math.ceil(Date.now() / DAY_MS) * DAY_MS;
function question(): Question {
  const dense = random() < 0.5;
  const fromMs = startedMs + Math.floor(random() * 300) * DAY_MS;
  return {
    lat: dense ? 46 + 9 * random() : (Math.asin(2 * random() - 1) * 180) / Math.PI,
    lng: dense ? 2 + 12.6 * random() : 360 * random() - 180,
    radiusKm: [25, 50, 100, 500][Math.floor(random() * 4)]!, fromMs, toMs: fromMs + Number(days) * DAY_MS,
  };
}
const iso = (ms: number): string => new Date(ms).toISOString();

async function openOurs(): Promise<{ ask: Ask; close: () => Promise<void> }> {
  const log = pino({ level: 'silent' });
  const database = await openDatabase({ url: address, dataDir: '/nonexistent', poolSize: 2, statementTimeoutMs: 10_000 }, { log, progress: () => {} });
  const discovery = createDiscovery({
    queries: database.kysely, clock: { now: Date.now }, log,
    write: () => Promise.reject(new Error('Nothing is changed')),
    reads: { available: false, usesOf: () => 0, refresh: (_policy, _params, load) => load() },
  });
  return {
    ask: ({ fromMs, toMs, ...place }) => discovery.nearby(undefined, { ...place, from: iso(fromMs), to: iso(toMs), limit: LIMIT }),
    close: () => database.close(),
  };
}

const LISTED = `visibility = 'public' and cancelled_at is null and starts_at <= $5 and over_at > $4
  and earth_distance(ll_to_earth(lat, lng), ll_to_earth($1, $2)) <= $3 * 1000 * (earth() / 6371008.8)`;
const PEERS: Readonly<Record<string, string>> = {
  knn: `select *, earth_distance(ll_to_earth(lat, lng), ll_to_earth($1, $2)) as distance from events
    where ${LISTED} order by ll_to_earth(lat, lng) <-> ll_to_earth($1, $2) limit ${LIMIT}`,
  box: `select *, earth_distance(ll_to_earth(lat, lng), ll_to_earth($1, $2)) as distance from events
    where earth_box(ll_to_earth($1, $2), $3 * 1000 * (earth() / 6371008.8)) @> ll_to_earth(lat, lng) and ${LISTED}
    order by distance limit ${LIMIT}`,
};

async function openPeer(text: string): Promise<{ ask: Ask; close: () => Promise<void> }> {
  const client = new pg.Client({ connectionString: address, statement_timeout: TIMEOUT_MS });
  await client.connect();
  return {
    ask: ({ lat, lng, radiusKm, fromMs, toMs }) =>
      client.query({ name: side, text, values: [lat, lng, radiusKm, iso(fromMs), iso(toMs)] }).catch((error: unknown) => {
        if ((error as { code?: string }).code !== '57014') throw error;
      }),
    close: () => client.end(),
  };
}

function openServed(): { ask: Ask; close: () => Promise<void> } {
  const places = Array.from({ length: PLACES }, question);
  let nth = 0;
  return {
    async ask() {
      const { lat, lng, radiusKm, fromMs, toMs } = places[(nth += 1) % PLACES]!;
      const answer = await fetch(`${address}/api/events/nearby?lat=${lat.toFixed(2)}&lng=${lng.toFixed(2)}&radiusKm=${radiusKm}&from=${iso(fromMs)}&to=${iso(toMs)}`);
      if (!answer.ok) throw new Error(await answer.text());
      await answer.arrayBuffer();
    },
    close: () => Promise.resolve(),
  };
}

const { ask, close } = side === 'served' ? openServed() : await (side === 'ours' ? openOurs() : openPeer(PEERS[side]!));
try {
  for (let nth = 0; nth < (side === 'knn' ? 5 : LEAST); nth += 1) await ask(question());
  const times: number[] = [];
  for (const endMs = performance.now() + Number(seconds) * 1000; performance.now() < endMs; ) {
    const beganMs = performance.now();
    await ask(question());
    times.push(performance.now() - beganMs);
  }
  tell(times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]);
} finally {
  await close();
}
