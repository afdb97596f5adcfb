import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let owner: TestUser;
let people: TestUser[];
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  owner = await make.user();
  people = [];
  while (people.length < 18) people.push(...(await Promise.all([make.user(), make.user(), make.user()])));
});
afterAll(() => server.close());

const join = (user: TestUser, roomId: number, body?: object) =>
  server.ask('POST', `/api/rooms/${roomId}/join`, { token: user.token, ...(body && { body }) });

test('[RO4] [RO5] [RO7] Of people who come at once each gets the answer that is theirs', async () => {
  const { id } = await make.room(owner, { password: 'right', maxParticipants: 8 });
  const [banned, inside] = [people[0]!, people[1]!];
  await server.ask('DELETE', `/api/rooms/${id}/participants/${banned.id}?ban=true`, { token: owner.token });
  await join(inside, id, { password: 'right' });
  const answers = await Promise.all(people.map((user, n) => join(user, id, { password: n % 3 === 2 ? 'wrong' : 'right' })));
  const outcomes = answers.map(({ body }) => body.code ?? 'in');
  expect(outcomes[0]).toBe('rooms.banned');
  expect(outcomes[1]).toBe('in');
  outcomes.forEach((outcome, n) => {
    if (n % 3 === 2) expect(outcome).toBe('rooms.password_wrong');
    else if (n > 1) expect(['in', 'rooms.full']).toContain(outcome);
  });
  // The owner and whoever was inside have two of the places.
  expect(outcomes.filter((outcome, n) => outcome === 'in' && n > 1)).toHaveLength(6);
  expect((await server.ask('GET', `/api/rooms/${id}`)).body.data.participantCount).toBe(8);
});

test('[RO10] With the owner of a closed room those who come behind are let in, those before are not, and nobody twice', async () => {
  const { id } = await make.room(owner);
  await server.ask('PATCH', `/api/rooms/${id}`, { token: owner.token, body: { isActive: false } });
  await server.ask('POST', `/api/rooms/${id}/leave`, { token: owner.token });
  const answers = await Promise.all([...people, ...people, owner, ...people].map((user) => join(user, id)));
  const [{ participant_count: count }, inside] = await Promise.all([
    server.db.database.kysely.selectFrom('rooms').select('participant_count').where('id', '=', id).executeTakeFirstOrThrow(),
    server.db.database.kysely.selectFrom('room_participants').select('user_id').where('room_id', '=', id).execute(),
  ]);
  expect(count).toBe(inside.length);
  expect(inside.map((row) => row.user_id)).toContain(owner.id);
  const codes = answers.map(({ body }) => body.code ?? 'in');
  expect(codes.filter((code) => !['in', 'rooms.inactive'].includes(code))).toEqual([]);
  for (const { user_id } of inside) {
    expect(answers.some(({ body }, n) => body.success && [...people, ...people, owner, ...people][n]!.id === user_id)).toBe(true);
  }
});
