import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../test/postgres.ts';
import type { Actor } from '../../kernel/actor.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import { createFriends, type Friends } from './friends.ts';

const PEOPLE = 7;
const DAY_MS = 24 * 60 * 60 * 1000;

type Deed = 'ask' | 'ask back' | 'remove' | 'block' | 'unblock';
const deed = fc.record({
  who: fc.nat(PEOPLE - 1), whom: fc.nat(PEOPLE - 1),
  what: fc.constantFrom<Deed>('ask', 'ask', 'ask back', 'ask back', 'ask back', 'remove', 'block', 'unblock'),
});

/** What should be, told in the fewest words. */
function createOracle() {
  const friends = new Set<string>();
  const asked = new Set<string>();
  const blocks = new Set<string>();
  const both = (a: number, b: number) => [`${a} ${b}`, `${b} ${a}`];
  const isApart = (a: number, b: number): boolean => both(a, b).some((pair) => blocks.has(pair));
  const areFriends = (a: number, b: number): boolean => friends.has(`${a} ${b}`);

  function ask(a: number, b: number): void {
    if (a === b || isApart(a, b) || areFriends(a, b)) return;
    if (!asked.delete(`${b} ${a}`)) return void asked.add(`${a} ${b}`);
    for (const pair of both(a, b)) friends.add(pair);
  }

  return {
    isApart, areFriends, blocks, asked, ask,
    remove: (a: number, b: number) => both(a, b).forEach((pair) => friends.delete(pair)),
    block(a: number, b: number): void {
      if (a === b) return;
      blocks.add(`${a} ${b}`);
      for (const set of [friends, asked]) for (const pair of both(a, b)) set.delete(pair);
    },
    mutual: (a: number, b: number, all: readonly number[]) => all.filter((one) => areFriends(a, one) && areFriends(b, one)),
  };
}

async function mutualOf(friends: Friends, a: number, b: number, limit: number): Promise<number[]> {
  const ids: number[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Awaited<ReturnType<Friends['mutual']>> = await friends.mutual(a, b, { limit, ...(cursor !== undefined && { cursor }) });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  return ids;
}

/** The code of a refusal. */
const refusal = (work: Promise<unknown>): Promise<string | undefined> => work.then(() => undefined, (error: unknown) => {
  if (error instanceof Problem) return error.code;
  throw error;
});

test('[FR12] [FR9] [FR8] Common friends, friendships and who may see whom are what an oracle says, whatever was done', async () => {
  const db = await createTestDatabase();
  onTestFinished(() => db.drop());
  const { kysely: queries } = db.database;
  const { rows } = await sql<{ id: number }>`
    insert into users (email, username, display_name, password_hash)
    select 'p' || n || '@example.org', 'person-' || n, 'P', '' from generate_series(1, ${PEOPLE}::int) n returning id`.execute(queries);
  const ids = rows.map(({ id }) => id).toSorted((a, b) => a - b);
  const write: Write = (work) => db.database.transaction((tx) => work(tx, { add() {} }));
  // Nobody is asked too often when each deed has a day of its own.
  let nowMs = Date.UTC(2030, 0, 1);
  const friends = createFriends({
    queries, clock: { now: () => nowMs }, isOnline: () => false,
    reads: { value: (_policy, _params, load) => load() },
    notices: { notify: async () => {}, withdraw: async () => {} }, events: { peopleParted: async () => {} },
  });
  const as = (userId: number): Actor => ({ userId, username: '', role: 'user', sessionId: '' });

  await fc.assert(fc.asyncProperty(fc.array(deed, { minLength: 20, maxLength: 60 }), fc.integer({ min: 1, max: 3 }), async (deeds, limit) => {
    await sql`truncate friendships, blocks, friend_requests`.execute(queries);
    const oracle = createOracle();
    for (const { who, whom, what } of deeds) {
      nowMs += 2 * DAY_MS;
      const [a, b] = [ids[who]!, ids[whom]!];
      if (what === 'block') {
        await refusal(friends.block(write, as(a), b));
        oracle.block(a, b);
      } else if (what === 'unblock') {
        expect(await refusal(friends.unblock(write, as(a), b))).toBe(oracle.blocks.delete(`${a} ${b}`) ? undefined : 'friends.not_blocking');
      } else if (what === 'remove') {
        expect(await refusal(friends.remove(write, as(a), b))).toBe(oracle.areFriends(a, b) ? undefined : 'friends.not_friends');
        oracle.remove(a, b);
      } else {
        for (const [from, to] of what === 'ask' ? [[a, b]] : [[a, b], [b, a]]) {
          await refusal(friends.send(write, as(from!), to!));
          oracle.ask(from!, to!);
        }
      }
    }
    for (const a of ids) {
      expect((await friends.listRequests(a, { direction: 'outgoing' })).items.map(({ to }) => `${a} ${to.id}`).toSorted())
        .toEqual([...oracle.asked].filter((pair) => pair.startsWith(`${a} `)).toSorted());
      for (const b of ids) {
        if (a === b) continue;
        expect(await mutualOf(friends, a, b, limit)).toEqual(oracle.mutual(a, b, ids));
        expect(await friends.areFriends(a, b)).toBe(oracle.areFriends(a, b));
        expect(await refusal(friends.requireVisible(a, b)))
          .toBe(oracle.isApart(a, b) ? (oracle.blocks.has(`${a} ${b}`) ? 'friends.blocking' : 'accounts.not_found') : undefined);
      }
    }
  }), { numRuns: process.env['WATCHPARTY_DEEP'] === undefined ? 6 : 200 });
}, 60_000);
