/**
 * Makes tables with events over a year: half of them all over the world, half in a dense region (9 by 12.6 degrees of
 * Europe), one in fifty up to three days long; scores; and the index that peers of nearby need.
 * Usage: node events-fill.ts <PostgreSQL> <events>
 */
import pg from 'pg';
import { pino } from 'pino';
import { migrate } from '../../apps/server/src/db/index.ts';
import { programArguments, tell } from './arguments.ts';

const [databaseUrl = '', events = ''] = programArguments(2);
const PEOPLE = 20_000;

await migrate({ connectionString: databaseUrl }, { log: pino({ level: 'silent' }), progress: () => {} });
const client = new pg.Client({ connectionString: databaseUrl });
await client.connect();
try {
  await client.query(`set maintenance_work_mem = '256MB'`);
  await client.query(`
    insert into users (email, username, display_name, password_hash)
    select 'p' || i || '@example.org', 'person' || i, 'Person ' || i, 'x' from generate_series(1, ${PEOPLE}) i`);
  await client.query(
    `insert into events (owner_id, title, description, starts_at, over_at, lat, lng, address, going_count, interested_count)
     select 1 + n % ${PEOPLE}, 'Event ' || n, 'What happens there, and what one should bring along.', t,
       t + (1 + 4 * random()) * interval '1 hour' + case when n % 50 = 0 then random() * interval '3 days' else '0' end,
       case when n % 2 = 0 then 46 + 9 * random() else degrees(asin(2 * random() - 1)) end,
       case when n % 2 = 0 then 2 + 12.6 * random() else 360 * random() - 180 end,
       'Long street ' || n, (100 * random())::integer, (100 * random())::integer
     from (select n, now() - interval '30 days' + random() * interval '365 days' as t from generate_series(1, $1::integer) n) as times`,
    [events],
  );
  await client.query(`
    insert into event_trends (event_id, region, over_at, score)
    select id, region, over_at, 2400 + 30 * random() from events where over_at > now()`);
  await client.query('create extension if not exists cube');
  await client.query('create extension if not exists earthdistance');
  await client.query('create index events_earth_idx on events using gist (ll_to_earth(lat, lng))');
  await client.query('vacuum analyze');
} finally {
  await client.end();
}
tell('filled');
