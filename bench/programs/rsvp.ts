/**
 * Answers to events, how many per second: each person says in turn that they come and that they do not.
 * `together`: events as they are. `naive`: for each answer a transaction that locks the event, counts who goes and writes
 * the answer, by a pool of ten; no waiting list, no rights, nothing told.
 * Usage: node rsvp.ts <side> <PostgreSQL> <Redis> <seconds> <at once> <events> <capacity>
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { loadConfig } from '../../apps/server/src/config/index.ts';
import type { Actor } from '../../apps/server/src/kernel/actor.ts';
import { compose } from '../../apps/server/src/main/compose.ts';
import { programArguments, tell } from './arguments.ts';

const [side = '', databaseUrl = '', redisUrl = '', seconds = '', atOnce = '', eventCount = '', seats = ''] = programArguments(7);
const POOL = 10;
const WARM_UP_MS = 700;
const capacity = Number(seats) === 0 ? null : Number(seats);

const folder = mkdtempSync(join(tmpdir(), 'watchparty-rsvp-'));
const app = await compose(
  loadConfig({
    env: {
      NODE_ENV: 'test', DATA_DIR: folder, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, PORT: '0', LOG_DIR: 'off',
      SCHEDULES_ENABLED: 'false', PUBLIC_URL: 'http://127.0.0.1:5000',
    },
    cwd: folder,
  }),
  { log: pino({ level: 'silent' }), progress: () => {}, onLost: () => {} },
);
const pool = new pg.Pool({ connectionString: databaseUrl, max: POOL });

/** Made once for all runs. */
async function people(): Promise<Actor[]> {
  await pool.query(`
    insert into users (email, username, display_name, password_hash)
    select 'p' || i || '@example.org', 'person' || i, 'Person ' || i, 'x' from generate_series(1, ${atOnce}) i on conflict do nothing`);
  const { rows } = await pool.query<{ id: number; username: string }>(`select id, username from users where username like 'person%' order by id`);
  return rows.map(({ id, username }) => ({ userId: id, username, role: 'user', sessionId: '' }));
}

const actors = await people();
const startsAt = new Date(Date.now() + 7 * 24 * 3_600_000).toISOString();
const ids: number[] = [];
for (let n = 0; n < Number(eventCount); n += 1) {
  ids.push((await app.events.create(app.write, actors[n]!, { title: `Bench ${n}`, startsAt, capacity })).id);
}

async function naive(userId: number, eventId: number, status: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('select id from events where id = $1 for update', [eventId]);
    const { rows } = await client.query<{ n: number }>(`select count(*)::int as n from rsvps where event_id = $1 and status = 'going'`, [eventId]);
    const full = capacity !== null && rows[0]!.n >= capacity;
    await client.query(
      `insert into rsvps (event_id, user_id, status) values ($1, $2, $3) on conflict (event_id, user_id) do update set status = excluded.status`,
      [eventId, userId, full && status === 'going' ? 'interested' : status]);
    await client.query('commit');
  } finally {
    client.release();
  }
}

async function answerFor(ms: number): Promise<number> {
  const startedMs = performance.now();
  let count = 0;
  await Promise.all(actors.map(async (actor, n) => {
    const eventId = ids[n % ids.length]!;
    for (let turn = 0; performance.now() - startedMs < ms; turn += 1) {
      const status = turn % 2 === 0 ? 'going' : 'declined';
      await (side === 'naive' ? naive(actor.userId, eventId, status) : app.events.rsvp(actor, eventId, { status }));
      count += 1;
    }
  }));
  return count / ((performance.now() - startedMs) / 1000);
}

try {
  await answerFor(WARM_UP_MS);
  tell(await answerFor(Number(seconds) * 1000));
} finally {
  await pool.end();
  await app.close();
  rmSync(folder, { recursive: true, force: true });
}
