/**
 * What the slowest hundredth of questions takes, in ms.
 * `mutual`: 50 friends that two people have in common, of 5,000 that each has, from the start or from a place where they
 * are few; `each`: the same by a query for each friend of the one; `search`: who is called like something, with mistakes;
 * `ilike`: whose names have it as a part.
 * Usage: node friends.ts <side> <database-url> <people> <seconds>
 */
import pg from 'pg';
import { pino } from 'pino';
import { openDatabase } from '../../apps/server/src/db/index.ts';
import { createFriends } from '../../apps/server/src/modules/friends/index.ts';
import { createPeople } from '../../apps/server/src/modules/accounts/index.ts';
import { programArguments, tell } from './arguments.ts';

const [side = '', databaseUrl = '', people = '', seconds = ''] = programArguments(4);
const KNOWN = 20;

let state = 4711;
/** The same questions for both sides. */
function upTo(most: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff;
  return 1 + (state >>> 8) % most;
}
function pair(): [number, number] {
  const a = upTo(KNOWN);
  return [a, 1 + (a % KNOWN)];
}

/** Half of the questions go where few are shared. */
const from = (): number => (upTo(2) === 1 ? 0 : 1000 + upTo(Number(people) / 2));

const log = pino({ level: 'silent' });
const database = await openDatabase({ url: databaseUrl, dataDir: '/nonexistent', poolSize: 2, statementTimeoutMs: 10_000 }, { log, progress: () => {} });
const client = new pg.Client({ connectionString: databaseUrl });
await client.connect();
const { rows: named } = await client.query<{ id: number; display_name: string }>(
  'select id, display_name from users where id = any($1)', [Array.from({ length: 500 }, () => upTo(Number(people)))]);

const reads = { value: <V>(_policy: unknown, _params: unknown, load: () => Promise<V>): Promise<V> => load() };
const friends = createFriends({
  queries: database.kysely, reads, isOnline: () => false, clock: { now: Date.now },
  notices: { notify: async () => {}, withdraw: async () => {} }, events: { peopleParted: async () => {} },
});
const persons = createPeople({ queries: database.kysely, reads, circles: friends });

/** The last name of somebody, often with a letter too few. */
function name(): string {
  const last = named[upTo(named.length) - 1]!.display_name.split(' ')[1]!;
  const at = upTo(last.length - 1);
  return upTo(2) === 1 ? last : last.slice(0, at) + last.slice(at + 1);
}

const SIDES: Readonly<Record<string, () => Promise<unknown>>> = {
  mutual: () => friends.mutual(...pair(), { limit: 50, cursor: `${from()}` }),
  async each() {
    const [a, b] = pair();
    const after = from();
    const { rows } = await client.query<{ friend_id: number }>({ name: 'all', text: 'select friend_id from friendships where user_id = $1 and friend_id > $2 order by friend_id', values: [a, after] });
    let found = 0;
    for (const { friend_id: id } of rows) {
      const { rowCount } = await client.query({ name: 'each', text: 'select from friendships where user_id = $1 and friend_id = $2', values: [b, id] });
      found += rowCount ?? 0;
      if (found === 50) return;
    }
  },
  search: () => persons.search({ userId: upTo(Number(people)), username: '', role: 'user', sessionId: '' }, { q: name() }),
  ilike: () => client.query(
    'select * from users where (username ilike $1 or display_name ilike $1) and guest_of is null and disabled_at is null order by id limit 10', [`%${name()}%`]),
};

const ask = SIDES[side]!;
try {
  for (let nth = 0; nth < (side === 'each' ? 1 : 20); nth += 1) await ask();
  const times: number[] = [];
  for (const endMs = performance.now() + Number(seconds) * 1000; performance.now() < endMs; ) {
    const beganMs = performance.now();
    await ask();
    times.push(performance.now() - beganMs);
  }
  tell(times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]);
} finally {
  await client.end();
  await database.close();
}
