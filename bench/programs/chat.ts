/**
 * Messages said in rooms: how many per second, and what the median one waits, in ms.
 * `together`: the chat as it is; `alone`: the chat, with a transaction for each message; `insert`: one INSERT for each,
 * into the same table by a pool of ten, with numbers made in the process, without counter, membership or effects.
 * Usage: node chat.ts <side> <PostgreSQL> <Redis> <seconds> <at once> <perSecond|p50Ms>
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

const [side = '', databaseUrl = '', redisUrl = '', seconds = '', atOnce = '', figure = ''] = programArguments(6);
const ROOMS = 50;
const PEOPLE = 256;
const POOL = 10;
const WARM_UP_MS = 700;
const content = 'A message of two hundred characters, as people who watch a film together may well write one. '.repeat(3).slice(0, 200);

const folder = mkdtempSync(join(tmpdir(), 'watchparty-chat-'));
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

/** People in rooms, made once for all runs. */
async function people(): Promise<{ actor: Actor; roomId: number }[]> {
  await pool.query(`
    insert into users (email, username, display_name, password_hash)
    select 'p' || i || '@example.org', 'person' || i, 'Person ' || i, 'x' from generate_series(1, ${PEOPLE}) i on conflict do nothing`);
  await pool.query(`
    insert into rooms (name, owner_id, max_participants)
    select 'Bench ' || i, (select min(id) from users), 1000 from generate_series(1, ${ROOMS}) i
    where not exists (select from rooms where name like 'Bench %')`);
  await pool.query(`
    insert into room_participants (room_id, user_id, role)
    select r.id, u.id, 'viewer'
    from (select id, row_number() over (order by id) as n from users where username like 'person%') u
    join (select id, row_number() over (order by id) as n from rooms where name like 'Bench %') r on (u.n - 1) % ${ROOMS} = r.n - 1
    on conflict do nothing`);
  const { rows } = await pool.query<{ user_id: number; username: string; room_id: number }>(`
    select p.user_id, u.username, p.room_id from room_participants p join users u on u.id = p.user_id where u.username like 'person%'`);
  return rows.map(({ user_id, username, room_id }) => ({ actor: { userId: user_id, username, role: 'user', sessionId: '' }, roomId: room_id }));
}

const senders = await people();
const alone: Write = (work) => app.write(work);
let nth = Date.now() * 1000;

async function say(sender: number): Promise<unknown> {
  const { actor, roomId } = senders[sender % senders.length]!;
  const clientMessageId = randomUUID();
  if (side === 'insert') {
    return pool.query(
      `insert into chat_messages (id, room_id, seq, user_id, content, client_message_id, created_at)
       values ($1, $2, $3, $4, $5, $6, now())`,
      [randomUUID(), roomId, (nth += 1), actor.userId, content, clientMessageId],
    );
  }
  return app.chat.send(side === 'together' ? app.write : alone, actor, roomId, { content, clientMessageId });
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
