import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GuestSignedIn } from '@watchparty/protocol';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let host: TestUser;
let admin: TestUser;
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  [admin, host] = [await make.user(), await make.user()];
});
afterAll(() => server.close());

const HOUR = 60 * 60 * 1000;
const inviteTo = async (roomId: number, by = host, app = server): Promise<string> =>
  (await app.ask('POST', `/api/rooms/${roomId}/invite-link`, { token: by.token })).body.data.invite;
const ask = (guest: GuestSignedIn, method: string, path: string, body?: object) =>
  server.ask(method, path, { token: guest.accessToken, body });
const admit = (invite: string, displayName = 'Ann', app = server) => app.ask('POST', '/api/auth/guest', { body: { displayName, invite } });

/** A private room with a film for its people alone, and a guest who has joined it. */
async function party() {
  const movie = await make.movie(host, { url: 'https://films.example.org/film.mp4', visibility: 'rooms' });
  const room = await make.room(host, { isPrivate: true, movieId: movie.id });
  const invite = await inviteTo(room.id);
  const guest = (await admit(invite)).body.data as GuestSignedIn;
  const joined = await ask(guest, 'POST', `/api/rooms/${room.id}/join`, { invite });
  expect(joined.status).toBe(200);
  return { movie, room, invite, guest };
}

describe('[AC20] A guest', () => {
  test('is admitted by an invitation, for 12 hours, under a name that says so', async () => {
    const room = await make.room(host);
    const before = Date.now();
    const { status, headers, body: { data } } = await admit(await inviteTo(room.id), '  Boris (host)\u202E\n ');
    expect([status, headers.get('set-cookie')]).toEqual([201, null]);
    expect(data).toEqual({
      guest: {
        id: expect.any(Number), username: `Boris (host) (guest ${data.guest.id})`, displayName: 'Boris (host)', roomId: room.id,
        expiresAt: expect.any(String),
      },
      accessToken: expect.any(String), refreshToken: expect.any(String), sessionId: expect.any(String), expiresInSeconds: 900,
    });
    const hours = (Date.parse(data.guest.expiresAt) - before) / HOUR;
    expect(hours).toBeGreaterThanOrEqual(12);
    expect(hours).toBeLessThan(12.01);
    const refreshed = await server.ask('POST', '/api/auth/refresh', { body: { refreshToken: data.refreshToken } });
    expect(refreshed.status).toBe(200);
    const { expires_at: expiresAt } = await server.db.database.kysely
      .selectFrom('sessions').select('expires_at').where('id', '=', data.sessionId).executeTakeFirstOrThrow();
    expect(expiresAt.toISOString()).toBe(data.guest.expiresAt);
  });

  test('needs an invitation that holds, and a name that can be seen', async () => {
    const refused = await admit('no such invitation');
    expect([refused.status, refused.body.code]).toEqual([403, 'accounts.invite_invalid']);
    const room = await make.room(host);
    const invite = await inviteTo(room.id);
    for (const name of ['\u200B', '\u202E \u2066', '']) expect((await admit(invite, name)).body.code).toBe('request.invalid');
    await server.ask('DELETE', `/api/rooms/${room.id}`, { token: host.token });
    expect((await admit(invite)).body.code).toBe('accounts.invite_invalid');
  });

  test('is welcome where nobody may register', async () => {
    const closed = await startTestApp({ REGISTRATION: 'closed', ADMIN_EMAIL: 'boss@example.org' });
    try {
      const boss = await factoriesFor(closed).user({ email: 'boss@example.org' });
      const room = await factoriesFor(closed).room(boss);
      expect((await admit(await inviteTo(room.id, boss, closed), 'Ann', closed)).status).toBe(201);
    } finally {
      await closed.close();
    }
  });

  test('is no account: cannot sign in, and is not among the users', async () => {
    const { guest: { guest } } = await party();
    for (const password of ['', 'x', 'null']) {
      const { body } = await server.ask('POST', '/api/auth/login', { body: { username: guest.username, password } });
      expect(['auth.credentials_wrong', 'request.invalid']).toContain(body.code);
    }
    const asAdmin = (method: string, path: string, body?: object) => server.ask(method, path, { token: admin.token, body });
    expect((await asAdmin('GET', `/api/admin/users/${guest.id}`)).body.code).toBe('accounts.not_found');
    expect((await asAdmin('PATCH', `/api/admin/users/${guest.id}`, { role: 'admin' })).body.code).toBe('accounts.not_found');
    expect((await asAdmin('GET', '/api/admin/users?q=guest')).body.data.items).toEqual([]);
    const room = await make.room(host);
    const invited = await server.ask('POST', `/api/rooms/${room.id}/invitations`, { token: host.token, body: { userId: guest.id } });
    expect(invited.body.code).toBe('rooms.invitee_not_found');
  });
});

describe('[AC21] A guest’s token', () => {
  const FOR_GUESTS = [
    'logout', 'joinRoom', 'leaveRoom', 'commandPlayback', 'listChatMessages', 'sendChatMessage', 'editChatMessage', 'deleteChatMessage',
    'listChatChanges', 'addChatReaction', 'removeChatReaction', 'getPlaylist', 'addToPlaylist', 'changePlaylist', 'movePlaylistItem',
    'removePlaylistItem', 'voteForPlaylistItem', 'takeBackPlaylistVote',
  ];

  test('is refused by every other route that needs one', async () => {
    const { guest } = await party();
    const { paths } = (await server.ask('GET', '/api/openapi.json')).body as {
      paths: Record<string, Record<string, { operationId: string; security: object[] }>>;
    };
    const closed = Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods)
      .filter(([, { security }]) => security.length > 0 && !security.some((way) => Object.keys(way).length === 0))
      .map(([method, { operationId }]) => ({ operationId, method: method.toUpperCase(), path: path.replaceAll(/\{\w+\}/g, String(guest.guest.roomId)) })));
    expect(closed.length).toBeGreaterThan(30);
    const open: string[] = [];
    for (const { operationId, method, path } of closed) {
      if (operationId === 'logout' || operationId === 'leaveRoom') {
        open.push(operationId);
        continue;
      }
      const { status, body } = await ask(guest, method, path);
      if (body.code !== 'auth.guest_forbidden') open.push(operationId);
      else expect(status).toBe(403);
    }
    expect(open.toSorted()).toEqual(FOR_GUESTS.toSorted());
    // Nor can it be written otherwise.
    for (const room of [`0${guest.guest.roomId}`, `${guest.guest.roomId}.0`, `%20${guest.guest.roomId}`]) {
      expect((await ask(guest, 'GET', `/api/chat/${room}/messages`)).body.code).toBe('auth.guest_forbidden');
    }
  });

  test('lets them look, join, talk and watch in their room, as a participant like others', async () => {
    const { room, movie, guest } = await party();
    const { id, username } = guest.guest;
    expect((await ask(guest, 'GET', `/api/rooms/${room.id}`)).body.data.id).toBe(room.id);
    const people = (await ask(guest, 'GET', `/api/rooms/${room.id}/participants`)).body.data.items;
    expect(people).toContainEqual(expect.objectContaining({ userId: id, username, role: 'viewer' }));
    const said = await ask(guest, 'POST', `/api/chat/${room.id}/messages`, { content: 'Hi' });
    expect([said.status, said.body.data.username]).toEqual([201, username]);
    for (let turn = 0; turn < 3; turn += 1) {
      expect((await ask(guest, 'GET', `/api/chat/${room.id}/messages`)).body.data.items).toMatchObject([{ content: 'Hi', userId: id, username }]);
    }
    expect((await ask(guest, 'PATCH', `/api/chat/${room.id}/messages/${said.body.data.id}`, { content: 'Ho' })).status).toBe(200);
    expect((await ask(guest, 'GET', `/api/rooms/${room.id}/playback`)).body.data.movieId).toBe(movie.id);
    expect((await ask(guest, 'GET', `/api/movies/${movie.id}`)).body.data.id).toBe(movie.id);
    expect((await ask(guest, 'POST', `/api/rooms/${room.id}/playback`, { version: 0, action: 'play' })).body.code).toBe('rooms.playback_not_controller');
    expect((await ask(guest, 'POST', `/api/rooms/${room.id}/leave`)).status).toBe(200);
    expect((await ask(guest, 'GET', `/api/rooms/${room.id}`)).status).toBe(404);
    expect((await ask(guest, 'POST', '/api/auth/logout')).status).toBe(200);
    expect((await ask(guest, 'GET', '/api/rooms')).status).toBe(401);
  });

  test('opens no other room: not a private one, nor what takes signing in in a public one, though it is in the cache', async () => {
    const { guest } = await party();
    const other = await party();
    expect((await ask(guest, 'GET', `/api/rooms/${other.room.id}`)).status).toBe(404);
    expect((await ask(guest, 'GET', `/api/movies/${other.movie.id}`)).status).toBe(404);
    expect((await ask(guest, 'POST', `/api/rooms/${other.room.id}/join`, { invite: other.invite })).body.code).toBe('auth.guest_forbidden');
    const open = await make.room(host);
    await make.message(host, open.id);
    const path = `/api/chat/${open.id}/messages`;
    for (let turn = 0; turn < 3; turn += 1) expect((await server.ask('GET', path, { token: host.token })).status).toBe(200);
    for (let turn = 0; turn < 3; turn += 1) expect((await ask(guest, 'GET', path)).body.code).toBe('auth.guest_forbidden');
    expect((await ask(guest, 'GET', `/api/rooms/${open.id}`)).status).toBe(200);
    for (let turn = 0; turn < 3; turn += 1) {
      await server.ask('GET', '/api/auth/profile', { token: host.token });
      expect((await ask(guest, 'GET', '/api/auth/profile')).body.code).toBe('auth.guest_forbidden');
    }
  });

  test('is worth nothing in a room that has banned them', async () => {
    const { room, invite, guest } = await party();
    await server.ask('DELETE', `/api/rooms/${room.id}/participants/${guest.guest.id}?ban=true`, { token: host.token });
    expect((await ask(guest, 'GET', `/api/chat/${room.id}/messages`)).body.code).toBe('rooms.not_found');
    expect((await ask(guest, 'POST', `/api/rooms/${room.id}/join`, { invite })).status).toBe(404);
  });
});

describe('[AC22] A guest whose time is over', () => {
  const users = () => server.db.database.kysely;
  const lateBy = (id: number, hours: number) =>
    users().updateTable('users').set({ guest_until: new Date(Date.now() - hours * HOUR) }).where('id', '=', id).execute();
  const exists = async (id: number) => (await users().selectFrom('users').select('id').where('id', '=', id).execute()).length === 1;
  const sweep = () => server.app.accounts.sweepGuests(server.app.write, 2);

  test('is removed after a day, unless in the room or something they said is left', async () => {
    const room = await make.room(host);
    const invite = await inviteTo(room.id);
    const guests: GuestSignedIn[] = [];
    for (let n = 0; n < 7; n += 1) guests.push((await admit(invite)).body.data);
    const [inside, author, ...others] = guests as [GuestSignedIn, GuestSignedIn, ...GuestSignedIn[]];
    for (const guest of [inside, author]) await ask(guest, 'POST', `/api/rooms/${room.id}/join`, { invite });
    await ask(author, 'POST', `/api/chat/${room.id}/messages`, { content: 'Hi' });
    await ask(author, 'POST', `/api/rooms/${room.id}/leave`);
    for (const { guest } of guests) await lateBy(guest.id, 25);
    await lateBy(others[0]!.guest.id, 23);
    expect(await sweep()).toBe(4);
    expect(await Promise.all(guests.map(({ guest }) => exists(guest.id)))).toEqual([true, true, true, false, false, false, false]);
    expect(await sweep()).toBe(0);
    await ask(inside, 'POST', `/api/rooms/${room.id}/leave`);
    expect(await sweep()).toBe(1);
  });

  test('stays as long as a reaction, a film or a vote of theirs is shown', async () => {
    const room = await make.room(host);
    const invite = await inviteTo(room.id);
    const movie = await make.movie(host);
    const message = await make.message(host, room.id);
    const item = (await server.ask('POST', `/api/rooms/${room.id}/playlist`, { token: host.token, body: { movieId: movie.id } })).body.data;
    const shown: readonly ((guest: GuestSignedIn) => Promise<{ status: number }>)[] = [
      (guest) => ask(guest, 'PUT', `/api/chat/${room.id}/messages/${message.id}/reactions/${encodeURIComponent('🎬')}`),
      (guest) => ask(guest, 'POST', `/api/rooms/${room.id}/playlist`, { movieId: movie.id }),
      (guest) => ask(guest, 'PUT', `/api/rooms/${room.id}/playlist/${item.id}/vote`),
    ];
    for (const show of shown) {
      const guest: GuestSignedIn = (await admit(invite)).body.data;
      await ask(guest, 'POST', `/api/rooms/${room.id}/join`, { invite });
      expect((await show(guest)).status).toBeLessThan(300);
      await ask(guest, 'POST', `/api/rooms/${room.id}/leave`);
      await lateBy(guest.guest.id, 25);
    }
    expect(await sweep()).toBe(0);
    await server.ask('DELETE', `/api/movies/${movie.id}`, { token: host.token });
    expect(await sweep()).toBe(2);
    await server.ask('DELETE', `/api/chat/${room.id}/messages/${message.id}`, { token: host.token });
    expect(await sweep()).toBe(1);
  });

  test('goes with the room', async () => {
    const { room, guest } = await party();
    await ask(guest, 'POST', `/api/chat/${room.id}/messages`, { content: 'Hi' });
    expect((await server.ask('DELETE', `/api/rooms/${room.id}`, { token: host.token })).status).toBe(200);
    expect(await exists(guest.guest.id)).toBe(false);
    expect((await ask(guest, 'GET', `/api/chat/${room.id}/messages`)).status).not.toBe(200);
    expect((await server.ask('POST', '/api/auth/refresh', { body: { refreshToken: guest.refreshToken } })).status).toBe(401);
  });
});
