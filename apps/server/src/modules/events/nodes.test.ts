import { between, runSeed, seeded } from '@watchparty/redis-kit/test/history';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rsvp, RsvpAnswer } from '@watchparty/protocol';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { startTwoNodes, type TwoNodes } from '../../../test/two-nodes.ts';
import type { Actor } from '../../kernel/actor.ts';

const DEEP = process.env['WATCHPARTY_DEEP'] === '1';
const CROWD = DEEP ? 1000 : 200;
const SEATS = 10;

let nodes: TwoNodes;
let owner: TestUser;
let actors: Actor[];
let db: pg.Pool;
beforeAll(async () => {
  nodes = await startTwoNodes();
  owner = await factoriesFor(nodes.a).user();
  db = new pg.Pool({ connectionString: nodes.a.db.connectionString, max: 2 });
  const { rows } = await db.query<{ id: number; username: string }>(`
    insert into users (email, username, display_name, password_hash)
    select 'p' || i || '@example.org', 'person' || i, 'Person ' || i, 'x' from generate_series(1, ${CROWD}) i returning id, username`);
  actors = rows.map(({ id, username }) => ({ userId: id, username, role: 'user', sessionId: '' }));
}, 60_000);
afterAll(async () => {
  await db.end();
  await nodes.close();
});

const ask = (method: string, path: string, body?: object) => nodes.a.ask(method, `/api${path}`, { token: owner.token, ...(body && { body }) });
const create = async (capacity: number): Promise<number> =>
  (await ask('POST', '/events', { title: 'Few seats', startsAt: new Date(Date.now() + 48 * 3_600_000).toISOString(), capacity })).body.data.id;
const eventsOf = (n: number) => (n % 2 === 0 ? nodes.a : nodes.b).app.events;

/** What the tables say; the event's own counts must agree with the answers. */
async function state(id: number) {
  const { rows } = await db.query<{ user_id: number; status: string; position: number | null }>(
    `select user_id, status, position::float8 from rsvps where event_id = $1`, [id]);
  const { rows: [event] } = await db.query('select going_count, interested_count, waitlisted_count from events where id = $1', [id]);
  const of = (status: string) => rows.filter((row) => row.status === status);
  expect(event).toEqual({
    going_count: of('going').length, interested_count: of('interested').length, waitlisted_count: of('waitlisted').length,
  });
  return { going: of('going').map((row) => row.user_id), waiting: of('waitlisted').toSorted((a, b) => a.position! - b.position!).map((row) => row.user_id) };
}

async function promotedOnce(id: number): Promise<number[]> {
  const { rows } = await db.query<{ user_id: number }>(
    `select user_id from notices where kind = 'event_promoted' and (body->>'eventId')::int = $1`, [id]);
  return rows.map(({ user_id }) => user_id).toSorted((a, b) => a - b);
}

test(`[RV2] [RV3] [RV4] ${CROWD} people on two nodes want ${SEATS} seats: never more, who waits does so in order, each freed seat is filled once`, async () => {
  const id = await create(SEATS);
  const answers = new Map<number, { readonly begunMs: number; readonly endedMs: number; readonly answer: Rsvp }>();
  const queue = [...actors.entries()];
  let most = 0;
  const watcher = { on: true };
  const watching = (async () => {
    while (watcher.on) {
      const { rows } = await db.query<{ n: number }>(`select count(*)::int as n from rsvps where event_id = $1 and status = 'going'`, [id]);
      most = Math.max(most, rows[0]!.n);
    }
  })();
  await Promise.all(Array.from({ length: 64 }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [n, actor] = next;
      const begunMs = performance.now();
      const answer = await eventsOf(n).rsvp(actor, id, { status: 'going' });
      answers.set(actor.userId, { begunMs, endedMs: performance.now(), answer });
    }
  }));
  watcher.on = false;
  await watching;
  expect(most).toBeLessThanOrEqual(SEATS);
  const { going, waiting } = await state(id);
  expect([going.length, waiting.length]).toEqual([SEATS, CROWD - SEATS]);
  for (const [place, userId] of waiting.entries()) expect(answers.get(userId)!.answer).toMatchObject({ status: 'waitlisted', waitlistPosition: place + 1 });
  // Whoever had been answered when another one asked stands before them.
  let latestBegunMs = 0;
  for (const userId of waiting) {
    const { begunMs, endedMs } = answers.get(userId)!;
    expect(endedMs).toBeGreaterThanOrEqual(latestBegunMs);
    latestBegunMs = Math.max(latestBegunMs, begunMs);
  }

  const leaving = going.slice(0, 6);
  await Promise.all([
    ...leaving.map((userId, n) => eventsOf(n).rsvp(actors.find((actor) => actor.userId === userId)!, id, { status: n % 2 === 0 ? 'declined' : 'interested' })),
    ask('PATCH', `/events/${id}`, { capacity: SEATS + 3 }),
  ]);
  const after = await state(id);
  const seated = waiting.slice(0, leaving.length + 3);
  expect(new Set(after.going)).toEqual(new Set([...going.slice(6), ...seated]));
  expect(after.waiting).toEqual(waiting.slice(seated.length));
  expect(await promotedOnce(id)).toEqual(seated.toSorted((a, b) => a - b));
}, 120_000);

test('[RV2] [RV4] Whatever people do at once on two nodes, no seat stays empty while somebody waits, and none is given twice', async () => {
  const seed = runSeed(process.env);
  const random = seeded(seed);
  const draw = (below: number): number => between(random, 0, below - 1);
  const WISHES: readonly (RsvpAnswer | null)[] = ['going', 'going', 'going', 'interested', 'declined', null];
  const ids = [await create(3), await create(5)];
  let capacity = 3;
  for (let round = 0; round < (DEEP ? 60 : 12); round += 1) {
    const acts = Array.from({ length: 40 }, () => ({ n: draw(2), actor: actors[draw(20)]!, id: ids[draw(2)]!, wish: WISHES[draw(WISHES.length)]! }));
    // Upwards only: whoever is in stays in when it gets smaller, so that nothing could be said of how many there are.
    if (round % 4 === 3) capacity += 1;
    await Promise.all([
      ...acts.map(({ n, actor, id, wish }) => (wish === null ? eventsOf(n).withdraw(actor, id) : eventsOf(n).rsvp(actor, id, { status: wish }))),
      ask('PATCH', `/events/${ids[0]}`, { capacity }),
    ]);
    for (const [at, id] of ids.entries()) {
      const { going, waiting } = await state(id);
      const seats = at === 0 ? capacity : 5;
      expect(going.length, `HISTORY_SEED=${seed}`).toBeLessThanOrEqual(seats);
      if (waiting.length > 0) expect(going, `HISTORY_SEED=${seed}`).toHaveLength(seats);
    }
  }
}, 120_000);
