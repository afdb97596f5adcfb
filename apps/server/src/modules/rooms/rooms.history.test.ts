import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

const deep = process.env['WATCHPARTY_DEEP'] === '1';
const seed = Number(process.env['WATCHPARTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const PEOPLE = 100;

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let owner: TestUser;
let people: TestUser[];

beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  owner = await make.user();
  people = await Promise.all(Array.from({ length: PEOPLE }, () => make.user()));
});
afterAll(() => server.close());

const join = (user: TestUser, roomId: number) => server.ask('POST', `/api/rooms/${roomId}/join`, { token: user.token });

/** What the rows say, whatever the server believes. */
async function truth(roomId: number): Promise<{ count: number; people: number[]; hosts: number; owner: string | undefined }> {
  const { kysely } = server.db.database;
  const room = await kysely.selectFrom('rooms').select('participant_count').where('id', '=', roomId).executeTakeFirstOrThrow();
  const rows = await kysely.selectFrom('room_participants').select(['user_id', 'role']).where('room_id', '=', roomId).execute();
  return {
    count: room.participant_count,
    people: rows.map((row) => row.user_id),
    hosts: rows.filter((row) => row.role === 'host').length,
    owner: rows.find((row) => row.user_id === owner.id)?.role,
  };
}

test.each([1, 2, 40])('[RO7] Of 100 who join at once exactly as many come in as there are places (%i)', async (maxParticipants) => {
  const { id } = await make.room(owner, { maxParticipants });
  const answers = await Promise.all(people.map((user) => join(user, id)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(maxParticipants - 1);
  expect(new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body.code))).toEqual(new Set(['rooms.full']));
  const { count, people: inside } = await truth(id);
  expect([count, inside.length]).toEqual([maxParticipants, maxParticipants]);
});

test('[RO7] [RO8] One person who joins 50 times at once is in once', async () => {
  const { id } = await make.room(owner);
  const answers = await Promise.all(Array.from({ length: 50 }, () => join(people[0]!, id)));
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.data.participantCount}`))).toEqual(new Set(['200 2']));
  expect((await truth(id)).count).toBe(2);
});

test(`[RO2] [RO3] [RO4] [RO7] [RO9] After any history the people are counted right (seed ${seed})`, { timeout: 120_000 }, async () => {
  let state = seed >>> 0;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const rooms = await Promise.all([4, 10, 30].map((maxParticipants) => make.room(owner, { maxParticipants })));
  const doomed = await make.room(owner, { maxParticipants: 20 });
  const crowd = people.slice(0, 40);
  const someone = () => crowd[random(crowd.length)]!;
  const anywhere = () => [...rooms, doomed][random(rooms.length + 1)]!.id;

  function act(): Promise<{ status: number; body: { code?: string } }> {
    const [me, him, room] = [random(4) === 0 ? owner : someone(), someone(), anywhere()];
    const at = `/api/rooms/${room}`;
    switch (random(9)) {
      case 0: case 1: case 2: case 3: return join(me, room);
      case 4: return server.ask('POST', `${at}/leave`, { token: me.token });
      case 5: return server.ask('DELETE', `${at}/participants/${him.id}${random(5) === 0 ? '?ban=true' : ''}`, { token: owner.token });
      case 6: return server.ask('PATCH', `${at}/participants/${him.id}`, {
        token: owner.token, body: { role: ['host', 'co-host', 'viewer'][random(3)] },
      });
      case 7: return server.ask('PATCH', at, { token: owner.token, body: { maxParticipants: 2 + random(30) } });
      default: return server.ask('DELETE', `${at}/bans/${him.id}`, { token: owner.token });
    }
  }

  const answers: { status: number; body: { code?: string } }[] = [];
  const rounds = deep ? 200 : 12;
  for (let round = 0; round < rounds; round += 1) {
    const acts = Array.from({ length: 40 }, act);
    if (round === Math.floor(rounds / 2)) acts.push(server.ask('DELETE', `/api/rooms/${doomed.id}`, { token: owner.token }));
    answers.push(...(await Promise.all(acts)));
  }
  expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  // Something of everything happened.
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(answers.length / 5);
  expect(answers.some(({ body }) => body.code === 'rooms.full')).toBe(true);
  for (const { id } of rooms) {
    const { count, people: inside, owner: ownRole } = await truth(id);
    const { body } = await server.ask('GET', `/api/rooms/${id}`);
    expect(inside).toHaveLength(count);
    expect(body.data.participantCount).toBe(count);
    expect(count).toBeLessThanOrEqual(body.data.maxParticipants);
    expect([undefined, 'host']).toContain(ownRole);
    const banned = await server.db.database.kysely.selectFrom('room_bans').select('user_id').where('room_id', '=', id).execute();
    expect(banned.filter((row) => inside.includes(row.user_id))).toEqual([]);
  }
  const left = await server.db.database.kysely.selectFrom('room_participants').selectAll().where('room_id', '=', doomed.id).execute();
  expect(left).toEqual([]);
});
