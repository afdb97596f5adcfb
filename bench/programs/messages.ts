/**
 * Direct messages: how many per second are stored, and what the median one waits, in ms.
 * `together`: as they are; `alone`: with a transaction for each message; `insert`: one INSERT for each, into the same
 * table by a pool of ten, with numbers made in the process, without counter, standing or effects; `open`: the median
 * look into a conversation of so many messages, at cursors all over it; `offset`: the same by OFFSET.
 * Usage: node messages.ts <side> <PostgreSQL> <Redis> <seconds> <at once> <perSecond|p50Ms> <messages of the long conversation>
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { loadConfig } from '../../apps/server/src/config/index.ts';
import type { Actor } from '../../apps/server/src/kernel/actor.ts';
import type { Write } from '../../apps/server/src/kernel/write.ts';
import { compose } from '../../apps/server/src/main/compose.ts';
import { programArguments, tell } from './arguments.ts';

const [side = '', databaseUrl = '', redisUrl = '', seconds = '', atOnce = '', figure = '', long = '0'] = programArguments(7);
const PEOPLE = 256;
const POOL = 10;
const WARM_UP_MS = 700;
const content = 'A message of two hundred characters, as people who know each other well may write one to the other. '.repeat(3).slice(0, 200);

const folder = mkdtempSync(join(tmpdir(), 'watchparty-messages-'));
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

/** People who write to each other by twos, and two with a long conversation; made once for all runs. */
async function people(): Promise<Actor[]> {
  await pool.query(`
    insert into users (email, username, display_name, password_hash)
    select 'p' || i || '@example.org', 'person' || i, 'Person ' || i, 'x' from generate_series(1, ${PEOPLE}) i on conflict do nothing`);
  const { rows } = await pool.query<{ id: number; username: string }>(`select id, username from users where username like 'person%' order by id`);
  const [lower, higher] = [rows[0]!.id, rows[PEOPLE / 2]!.id];
  for (const [at, { id }] of rows.slice(0, PEOPLE / 2).entries()) {
    await pool.query('insert into conversations (lower_id, higher_id) values ($1, $2) on conflict do nothing', [id, rows[at + PEOPLE / 2]!.id]);
  }
  if (side === 'open' || side === 'offset') {
    await pool.query(`
      insert into direct_messages (id, lower_id, higher_id, seq, sender_id, content, created_at)
      select gen_random_uuid(), $1, $2, i, $1, 'Message ' || i, now() from generate_series(1, ${Number(long)}) i on conflict do nothing`, [lower, higher]);
    await pool.query('update conversations set last_seq = $3, last_at = now() where lower_id = $1 and higher_id = $2', [lower, higher, Number(long)]);
    await pool.query('analyze direct_messages');
  }
  return rows.map(({ id, username }) => ({ userId: id, username, role: 'user', sessionId: '' }));
}

const senders = await people();
const alone: Write = (work) => app.write(work);
let nth = Date.now() * 1000;

async function say(sender: number): Promise<unknown> {
  const at = sender % PEOPLE;
  const actor = senders[at]!;
  const receiver = senders[(at + PEOPLE / 2) % PEOPLE]!.userId;
  const clientMessageId = randomUUID();
  const before = Math.ceil(Math.random() * Number(long));
  if (side === 'offset') {
    return pool.query(
      'select * from direct_messages where lower_id = $1 and higher_id = $2 order by seq desc offset $3 limit 51',
      [senders[0]!.userId, senders[PEOPLE / 2]!.userId, before],
    );
  }
  if (side === 'open') {
    return app.messages.list(senders[0]!, senders[PEOPLE / 2]!.userId, { before });
  }
  if (side === 'insert') {
    return pool.query(
      `insert into direct_messages (id, lower_id, higher_id, seq, sender_id, content, client_message_id, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, now())`,
      [randomUUID(), Math.min(actor.userId, receiver), Math.max(actor.userId, receiver), (nth += 1), actor.userId, content, clientMessageId],
    );
  }
  return app.messages.send(side === 'together' ? app.write : alone, actor, { receiverId: receiver, content, clientMessageId });
}

async function sayFor(ms: number): Promise<{ count: number; times: number[]; elapsedMs: number }> {
  const startedMs = performance.now();
  const times: number[] = [];
  await Promise.all(Array.from({ length: Number(atOnce) }, async (_, sender) => {
    for (let nowMs = performance.now(); nowMs - startedMs < ms; ) {
      await say(sender);
      const doneMs = performance.now();
      times.push(doneMs - nowMs);
      nowMs = doneMs;
    }
  }));
  return { count: times.length, times, elapsedMs: performance.now() - startedMs };
}

try {
  await sayFor(WARM_UP_MS);
  const { count, times, elapsedMs } = await sayFor(Number(seconds) * 1000);
  tell(figure === 'p50Ms' ? times.toSorted((a, b) => a - b)[times.length >> 1] : count / (elapsedMs / 1000));
} finally {
  await pool.end();
  await app.close();
  rmSync(folder, { recursive: true, force: true });
}
