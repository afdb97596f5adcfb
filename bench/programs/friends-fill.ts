/**
 * Fills an empty database with people whose names are made of common ones in two alphabets, of whom the first 20 have
 * 5,000 friends each; of these each pair has a thousand in common.
 * Usage: node friends-fill.ts <database-url> <people>
 */
import pg from 'pg';
import { pino } from 'pino';
import { migrate } from '../../apps/server/src/db/index.ts';
import { programArguments, tell } from './arguments.ts';

const [databaseUrl = '', people = ''] = programArguments(2);
const KNOWN = 20;
const FRIENDS = 5000;

await migrate({ connectionString: databaseUrl }, { log: pino({ level: 'silent' }), progress: () => {} });

const FIRST = 'Anna Boris Clara David Elena Fjodor Grace Henrik Irina José Katya Liam Maria Nikolai Olga Peter Анна Борис Екатерина Дмитрий Сергей Ольга Наталья Алексей Юлия Щербак'.split(' ');
const LAST = 'Smith Kuznetsov Müller García Ivanova Nakamura Johansson Rossi Dubois Novak Petrov Jensen Кузнецов Иванова Соколов Попова Лебедев Морозова Волков Щукина'.split(' ');
const SYLLABLES = 'ba be bi do du fa ga go ka ke ki lo lu ma mi mo na ne no pa ra ri ro sa se si ta te ti to va vi xa yo zu'.split(' ');

const client = new pg.Client({ connectionString: databaseUrl });
await client.connect();
try {
  await client.query(
    `insert into users (email, username, display_name, password_hash)
     select 'p' || n || '@example.org', 'u' || n || '.' || s[1 + n % 35] || s[1 + n / 35 % 35] || s[1 + n / 1225 % 35],
       f[1 + (n * 7) % ${FIRST.length}] || ' ' || l[1 + (n * 11) / 3 % ${LAST.length}] || s[1 + n % 35] || s[1 + n * 13 / 35 % 35], ''
     from generate_series(1, $1::int) n, (select $2::text[] as f, $3::text[] as l, $4::text[] as s) as names`,
    [Number(people), FIRST, LAST, SYLLABLES]);
  // Each has the thousand after the known ones, and four thousand more.
  await client.query(
    `with pairs as (
       select k as a, ${KNOWN} + n as b from generate_series(1, ${KNOWN}) k, generate_series(1, least(1000, $1::int / 10)) n
       union
       select k, ${KNOWN} + 1000 + (k * 7919 + n * 17) % ($1::int - 1100 - ${KNOWN}) + 1
       from generate_series(1, ${KNOWN}) k, generate_series(1, least(${FRIENDS} - 1000, $1::int / 10)) n)
     insert into friendships (user_id, friend_id, created_at)
     select a, b, now() from pairs union select b, a, now() from pairs`, [Number(people)]);
  await client.query('vacuum (freeze, analyze) users');
  await client.query('vacuum (freeze, analyze) friendships');
} finally {
  await client.end();
}
tell(true);
