import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let admin: TestUser;
let owner: TestUser;
let host: TestUser;
let coHost: TestUser;
let viewer: TestUser;
let stranger: TestUser;
let banned: TestUser;

beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  admin = await make.user();
  [owner, host, coHost, viewer, stranger, banned] = (await Promise.all(Array.from({ length: 6 }, () => make.user()))) as [
    TestUser, TestUser, TestUser, TestUser, TestUser, TestUser,
  ];
});
afterAll(() => server.close());

const ask: TestApp['ask'] = (...args) => server.ask(...args);
const join = (user: TestUser, roomId: number, body?: object) => ask('POST', `/api/rooms/${roomId}/join`, { token: user.token, body });
const leave = (user: TestUser, roomId: number) => ask('POST', `/api/rooms/${roomId}/leave`, { token: user.token });
const get = (user: TestUser | undefined, roomId: number) => ask('GET', `/api/rooms/${roomId}`, { token: user?.token });
const give = (by: TestUser, to: TestUser, roomId: number, role: string) =>
  ask('PATCH', `/api/rooms/${roomId}/participants/${to.id}`, { token: by.token, body: { role } });
const kick = (by: TestUser, whom: TestUser, roomId: number, query = '') =>
  ask('DELETE', `/api/rooms/${roomId}/participants/${whom.id}${query}`, { token: by.token });
const link = async (by: TestUser, roomId: number): Promise<string> =>
  (await ask('POST', `/api/rooms/${roomId}/invite-link`, { token: by.token })).body.data.invite;

/** A room with one of each. */
async function peopledRoom(given: object = {}): Promise<number> {
  const { id } = await make.room(owner, given);
  const invite = await link(owner, id);
  for (const user of [host, coHost, viewer]) expect((await join(user, id, { invite })).status).toBe(200);
  await give(owner, host, id, 'host');
  await give(owner, coHost, id, 'co-host');
  return id;
}

describe('[RO1] [RO6] From outside a private room cannot be told from none', () => {
  const UUID = '018f0000-0000-7000-8000-000000000001';
  const sub: [string, string, ((room: number) => object | undefined)?][] = [
    ['GET', ''],
    ['PATCH', '', () => ({ name: 'Mine' })],
    ['PATCH', '', () => ({ movieId: 2_000_000 })],
    ['PUT', '', () => ({ name: 'Mine' })],
    ['DELETE', ''],
    ['POST', '/join'],
    ['POST', '/join', () => ({ password: 'wrong' })],
    ['POST', '/join', () => ({ invite: 'wrong' })],
    ['POST', '/join', () => ({ invite: 'wrong', password: 'wrong' })],
    ['POST', '/leave'],
    ['POST', '/invite-link'],
    ['GET', '/participants'],
    ['GET', '/participants?page=9'],
    ['PATCH', '/participants/1', () => ({ role: 'viewer' })],
    ['DELETE', '/participants/1'],
    ['DELETE', '/participants/1?ban=true'],
    ['DELETE', '/bans/1'],
    ['GET', '/playback'],
    ['POST', '/playback', () => ({ version: 0, action: 'play' })],
    ['POST', '/playback', () => ({ version: 0, action: 'load', movieId: 2_000_000 })],
  ];
  const chat: typeof sub = [
    ['GET', ''], ['GET', '?before=1&after=1'], ['POST', '', () => ({ content: 'Hello?' })],
    ['POST', '', () => ({ content: 'Hello?', clientMessageId: 'x' })],
    ['PATCH', `/${UUID}`, () => ({ content: 'Hello?' })], ['DELETE', `/${UUID}`],
  ];
  const all = [
    ...sub.map(([method, path, body]) => ({ method, path: `rooms/:id${path}`, at: (room: number) => `/api/rooms/${room}${path}`, body })),
    ...chat.map(([method, path, body]) => ({ method, path: `chat/:id${path}`, at: (room: number) => `/api/chat/${room}/messages${path}`, body })),
  ];

  test.each(all)('$method $path', async ({ method, path, at, body }) => {
    const withPassword = await make.room(owner, { isPrivate: true, password: 'secret' });
    const without = await make.room(owner, { isPrivate: true });
    await kick(owner, banned, without.id, '?ban=true');
    const none = 2_000_000_000;
    for (const user of [stranger, banned]) {
      const answers = await Promise.all(
        [withPassword.id, without.id, none].map((room) => ask(method, at(room), { token: user.token, body: body?.(room) })),
      );
      for (const { status, body: { requestId, ...problem } } of answers) {
        expect(requestId).toEqual(expect.any(String));
        expect(status).toBe(404);
        expect(problem).toEqual({ ...answers[2]!.body, requestId: undefined });
      }
    }
    if (method === 'GET' && path.startsWith('rooms')) expect((await ask('GET', at(without.id))).status).toBe(404);
  });

  test('not in lists either', async () => {
    const room = await make.room(owner, { isPrivate: true });
    const ids = async (token: string | undefined, query: string) =>
      (await ask('GET', `/api/rooms?limit=100${query}`, { token })).body.data.items.map(({ id }: { id: number }) => id);
    expect(await ids(undefined, '')).not.toContain(room.id);
    expect(await ids(owner.token, '')).not.toContain(room.id);
    expect(await ids(stranger.token, '&mine=true')).not.toContain(room.id);
    expect(await ids(owner.token, '&mine=true')).toContain(room.id);
    expect((await ask('GET', '/api/rooms?mine=true')).body.code).toBe('auth.required');
  });
});

test('[RO1] Participants, the owner and admins see a private room; anyone sees a public one', async () => {
  const id = await peopledRoom({ isPrivate: true });
  for (const user of [owner, host, coHost, viewer, admin]) expect((await get(user, id)).status).toBe(200);
  await leave(owner, id);
  expect((await get(owner, id)).status).toBe(200);
  const open = await make.room(owner);
  for (const user of [stranger, undefined]) expect((await get(user, open.id)).body.data).toEqual(open);
});

test('[RO2] A room in the shape of the contract, its owner in it as host', async () => {
  const room = await make.room(owner, { name: 'Film night', description: 'Every Friday' });
  expect(room).toEqual({
    id: expect.any(Number), name: 'Film night', description: 'Every Friday', movieId: null, ownerId: owner.id, isPrivate: false,
    hasPassword: false, isActive: true, playbackControl: 'hosts', readyGate: false, waitForSlow: true, participantCount: 1, maxParticipants: 50, createdAt: expect.any(String), updatedAt: expect.any(String),
  });
  expect((await ask('GET', `/api/rooms/${room.id}/participants`)).body.data).toEqual({
    items: [{ userId: owner.id, username: owner.username, role: 'host', joinedAt: expect.any(String), lastSeenAt: expect.any(String), online: false }],
    page: 1, limit: 10, total: 1,
  });
});

test('[RO2] Through HTTP too, each may what their role allows', async () => {
  const id = await peopledRoom();
  const patch = (user: TestUser) => ask('PATCH', `/api/rooms/${id}`, { token: user.token, body: { description: `by ${user.id}` } });
  for (const user of [owner, host, coHost, admin]) expect((await patch(user)).status).toBe(200);
  for (const user of [viewer, stranger]) expect((await patch(user)).body.code).toBe('rooms.not_host');
  for (const user of [host, coHost, viewer, stranger]) {
    expect((await ask('DELETE', `/api/rooms/${id}`, { token: user.token })).body.code).toBe('rooms.not_owner');
  }
  expect((await give(coHost, viewer, id, 'co-host')).body.code).toBe('rooms.not_host');
  expect((await give(host, viewer, id, 'co-host')).body.data).toMatchObject({ userId: viewer.id, role: 'co-host' });
  expect((await give(host, stranger, id, 'viewer')).body.code).toBe('rooms.participant_not_found');
  expect((await ask('POST', `/api/rooms/${id}/invite-link`, { token: stranger.token })).body.code).toBe('rooms.not_host');
  expect((await ask('DELETE', `/api/rooms/${id}`, { token: owner.token })).body).toEqual({ success: true, data: null });
  expect((await get(owner, id)).body.code).toBe('rooms.not_found');
});

test('[RO3] Nobody puts out or down somebody of their own or a higher rank', async () => {
  const id = await peopledRoom();
  const second = await make.user();
  await join(second, id);
  await give(owner, second, id, 'host');
  expect((await kick(viewer, coHost, id)).body.code).toBe('rooms.not_host');
  for (const whom of [coHost, host, owner]) expect((await kick(coHost, whom, id)).body.code).toBe('rooms.rank_too_low');
  for (const whom of [second, owner]) expect((await kick(host, whom, id, '?ban=true')).body.code).toBe('rooms.rank_too_low');
  expect((await kick(admin, owner, id)).body.code).toBe('rooms.rank_too_low');
  expect((await give(host, second, id, 'viewer')).body.code).toBe('rooms.rank_too_low');
  expect((await give(host, owner, id, 'viewer')).body.code).toBe('rooms.owner_stays_host');
  expect((await give(owner, owner, id, 'viewer')).body.code).toBe('rooms.owner_stays_host');
  expect((await give(second, second, id, 'viewer')).body.data.role).toBe('viewer');
  expect((await kick(host, coHost, id)).body).toEqual({ success: true, data: null });
  expect((await kick(host, coHost, id)).body.code).toBe('rooms.participant_not_found');
  expect((await kick(owner, host, id)).status).toBe(200);
  expect((await get(owner, id)).body.data.participantCount).toBe(3);
});

test('[RO4] A ban ends the participation and holds whatever key one has, until it is lifted', async () => {
  const id = await peopledRoom({ password: 'secret' });
  const invite = await link(host, id);
  expect((await kick(coHost, viewer, id, '?ban=true')).status).toBe(200);
  for (const body of [undefined, { password: 'secret' }, { invite }]) {
    expect((await join(viewer, id, body)).body.code).toBe('rooms.banned');
  }
  expect((await kick(coHost, viewer, id, '?ban=true')).status).toBe(200);
  const unban = (user: TestUser) => ask('DELETE', `/api/rooms/${id}/bans/${viewer.id}`, { token: user.token });
  expect((await unban(viewer)).body.code).toBe('rooms.not_host');
  expect((await unban(coHost)).status).toBe(200);
  expect((await unban(coHost)).body.code).toBe('rooms.participant_not_found');
  expect((await join(viewer, id, { invite })).status).toBe(200);
  expect((await kick(coHost, { ...viewer, id: 2_000_000_000 }, id, '?ban=true')).body.code).toBe('rooms.participant_not_found');
});

test('[RO5] Each room opens to its key, and to no other', async () => {
  const other = await link(owner, (await make.room(owner)).id);
  const cases = [
    { given: {}, opens: [undefined, {}, { password: 'any' }, { invite: 'ended' }], refused: [] },
    { given: { password: 'secret' }, opens: [{ password: 'secret' }], refused: [undefined, { password: 'Secret' }, { password: '' }], code: 'rooms.password_wrong' },
    { given: { password: 'secret' }, opens: [{ password: 'secret', invite: 'ended' }], refused: [{ invite: other }], code: 'rooms.invite_invalid' },
    { given: { isPrivate: true, password: 'secret' }, opens: [{ password: 'secret' }], refused: [undefined, { invite: other }], code: 'rooms.not_found' },
    { given: { isPrivate: true }, opens: [], refused: [undefined, { password: 'any' }, { invite: other }], code: 'rooms.not_found' },
  ];
  for (const { given, opens, refused, code } of cases) {
    const { id } = await make.room(owner, given);
    for (const body of refused) expect((await join(stranger, id, body)).body.code, JSON.stringify([given, body])).toBe(code);
    for (const body of [...opens, { invite: await link(owner, id) }]) {
      expect((await join(stranger, id, body)).body, JSON.stringify([given, body])).toMatchObject({ success: true, data: { id, participantCount: 2 } });
      await leave(stranger, id);
    }
    expect((await join(owner, id)).status).toBe(200);
  }
});

test('[RO5] An invitation ends after a week', async () => {
  const { id } = await make.room(owner, { isPrivate: true });
  const answer = await ask('POST', `/api/rooms/${id}/invite-link`, { token: owner.token });
  expect(answer.status).toBe(201);
  const { invite, url, expiresAt } = answer.body.data;
  expect(url).toBe(`http://watchparty.test/rooms/${id}?invite=${invite}`);
  const inDays = (Date.parse(expiresAt) - Date.now()) / 86_400_000;
  expect(inDays).toBeGreaterThan(6.99);
  expect(inDays).toBeLessThanOrEqual(7);
  await server.db.database.kysely.updateTable('room_invites').set({ expires_at: new Date(Date.now() - 1) })
    .where('token_hash', '=', createHash('sha256').update(invite as string).digest()).execute();
  expect((await join(stranger, id, { invite })).status).toBe(404);
});

test('[RO5] A password changed during the joining counts as it is at the end', async () => {
  const { id } = await make.room(owner, { password: 'first' });
  const users = await Promise.all(Array.from({ length: 12 }, () => make.user()));
  const answers = await Promise.all([
    ...users.map((user, index) => join(user, id, { password: index % 2 === 0 ? 'first' : 'second' })),
    ask('PATCH', `/api/rooms/${id}`, { token: owner.token, body: { password: 'second' } }),
  ]);
  expect(answers.at(-1)!.status).toBe(200);
  for (const { status, body } of answers) expect(status === 200 || body.code === 'rooms.password_wrong', JSON.stringify(body)).toBe(true);
  const entered = answers.slice(0, -1).filter(({ status }) => status === 200).length;
  expect((await get(owner, id)).body.data.participantCount).toBe(1 + entered);
  expect((await join(stranger, id, { password: 'first' })).body.code).toBe('rooms.password_wrong');
  expect((await join(stranger, id, { password: 'second' })).status).toBe(200);
});

test('[RO5] Whoever brought the right password before it changed under way is out, whoever brings the new one is in', async () => {
  const { id } = await make.room(owner, { password: 'first' });
  const { password_hash: second } = await server.db.database.kysely.selectFrom('rooms').select('password_hash')
    .where('id', '=', (await make.room(owner, { password: 'second' })).id).executeTakeFirstOrThrow();
  const waiting = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    `.execute(server.db.database.kysely);
    return rows[0]!.count;
  };
  let joins: ReturnType<typeof join>[] = [];
  await server.db.database.transaction(async (tx) => {
    await tx.updateTable('rooms').set({ password_hash: second }).where('id', '=', id).execute();
    joins = [join(stranger, id, { password: 'first' }), join(viewer, id, { password: 'second' })];
    // Together, or one behind the other.
    await expect.poll(waiting).toBe(1);
  });
  const [old, fresh] = await Promise.all(joins);
  expect(old!.body.code).toBe('rooms.password_wrong');
  expect(fresh!.body.data).toMatchObject({ id, participantCount: 2 });
});

test('[RO8] Joining and leaving again change nothing', async () => {
  const { id } = await make.room(owner, { password: 'secret' });
  expect((await leave(stranger, id)).body.data.participantCount).toBe(1);
  expect((await join(viewer, id, { password: 'secret' })).body.data.participantCount).toBe(2);
  expect((await join(viewer, id, { password: 'wrong' })).body.data.participantCount).toBe(2);
  expect((await leave(viewer, id)).body.data.participantCount).toBe(1);
  expect((await leave(viewer, id)).body.data.participantCount).toBe(1);
  const hidden = await peopledRoom({ isPrivate: true });
  expect((await leave(viewer, hidden)).body).toEqual({ success: true, data: null });
  expect((await leave(viewer, hidden)).body.code).toBe('rooms.not_found');
  expect((await leave(owner, hidden)).body.data.participantCount).toBe(2);
  expect((await join(owner, hidden)).body.data.participantCount).toBe(3);
  const people = (await ask('GET', `/api/rooms/${hidden}/participants`, { token: owner.token })).body.data.items;
  expect(people.find(({ userId }: { userId: number }) => userId === owner.id).role).toBe('host');
});

test('[RO9] The limit cannot be set below the people in the room', async () => {
  const id = await peopledRoom();
  const limit = (maxParticipants: number) => ask('PATCH', `/api/rooms/${id}`, { token: owner.token, body: { maxParticipants } });
  expect((await limit(3)).body.code).toBe('rooms.too_few_places');
  expect((await limit(4)).body.data.maxParticipants).toBe(4);
  expect((await join(stranger, id)).body.code).toBe('rooms.full');
});

test('[RO10] A closed room takes nobody but its owner, who opens it again', async () => {
  const id = await peopledRoom();
  await leave(owner, id);
  await leave(viewer, id);
  expect((await ask('PATCH', `/api/rooms/${id}`, { token: host.token, body: { isActive: false } })).body.data.isActive).toBe(false);
  expect((await join(viewer, id)).body.code).toBe('rooms.inactive');
  expect((await ask('PUT', `/api/rooms/${id}`, { token: host.token, body: { name: 'Closed' } })).body.data.isActive).toBe(false);
  expect((await ask('GET', '/api/rooms?limit=100')).body.data.items.some((room: { id: number }) => room.id === id)).toBe(false);
  expect((await join(owner, id)).body.data.isActive).toBe(true);
  expect((await join(viewer, id)).status).toBe(200);
});

test('[RO11] PATCH changes what is given; PUT returns the rest to its default', async () => {
  const movie = await make.movie(owner);
  const full = {
    name: 'Full', description: 'Everything set', movieId: movie.id, isPrivate: true, password: 'secret', maxParticipants: 7,
  };
  const room = await make.room(owner, full);
  const send = async (method: string, body: object) => (await ask(method, `/api/rooms/${room.id}`, { token: owner.token, body })).body;
  const { updatedAt: _, ...same } = room;
  expect((await send('PATCH', { description: 'Else' })).data).toMatchObject({ ...same, description: 'Else' });
  expect((await send('PATCH', { password: null, movieId: null })).data).toMatchObject({ hasPassword: false, movieId: null, isPrivate: true });
  expect((await send('PATCH', {})).code).toBe('request.invalid');
  expect((await send('PUT', full)).data).toMatchObject({ ...same, hasPassword: true });
  expect((await send('PUT', { name: 'Bare' })).data).toMatchObject({
    name: 'Bare', description: '', movieId: null, isPrivate: false, hasPassword: false, isActive: true, maxParticipants: 50,
  });
  expect((await send('PUT', {})).code).toBe('request.invalid');
  expect((await send('PATCH', { movieId: 2_000_000_000 })).code).toBe('rooms.movie_not_found');
  expect(Date.parse((await get(owner, room.id)).body.data.updatedAt)).toBeGreaterThan(Date.parse(room.updatedAt));
});

test('[RO12] lastSeenAt follows joining, speaking and commanding', async () => {
  const id = await peopledRoom();
  const longAgo = new Date(Date.now() - 3_600_000);
  const seenAt = async (): Promise<number> =>
    Date.parse((await ask('GET', `/api/rooms/${id}/participants?limit=100`)).body.data.items
      .find(({ userId }: { userId: number }) => userId === coHost.id).lastSeenAt);
  const actions = {
    join: () => join(coHost, id),
    speak: () => make.message(coHost, id),
    command: () => ask('POST', `/api/rooms/${id}/playback`, { token: coHost.token, body: { version: 0, action: 'play' } }),
  };
  for (const [name, act] of Object.entries(actions)) {
    await server.db.database.kysely.updateTable('room_participants').set({ last_seen_at: longAgo }).where('room_id', '=', id).execute();
    expect(await seenAt()).toBe(longAgo.getTime());
    const before = Date.now();
    await act();
    expect(await seenAt(), name).toBeGreaterThanOrEqual(before);
  }
});
