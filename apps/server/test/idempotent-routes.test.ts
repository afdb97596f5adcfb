import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, startTestApp, type TestApp } from './app.ts';
import { factoriesFor, type TestUser } from './factories.ts';
import { operationsOf } from './operations.ts';

let server: TestApp;
let user: TestUser;
let other: TestUser;
let roomId: number;
let invite: string;
let movieId: number;
let friendId: number;
let eventId: number;
beforeAll(async () => {
  server = await startTestApp();
  const make = factoriesFor(server);
  user = await make.user();
  other = await make.user();
  roomId = (await make.room(user)).id;
  movieId = (await make.movie(user)).id;
  invite = (await server.ask('POST', `/api/rooms/${roomId}/invite-link`, { token: user.token })).body.data.invite;
  const friend = await make.user();
  friendId = friend.id;
  const asked = await server.ask('POST', '/api/friends/requests', { token: user.token, body: { userId: friendId } });
  await server.ask('POST', `/api/friends/requests/${asked.body.data.id}/accept`, { token: friend.token });
  const event = await server.ask('POST', '/api/events', { token: user.token, body: { title: 'Once', startsAt: '2040-01-01T20:00:00Z' } });
  eventId = event.body.data.id;
});
afterAll(() => server.close());

/** A request to each route that creates something, by operation; `token` left out where nobody is signed in. */
const REQUESTS: Readonly<Record<string, () => { path: string; body?: object; headers?: Record<string, string>; token?: string }>> = {
  register: () => ({
    path: '/api/auth/register',
    body: { email: 'new@example.org', username: 'newcomer', password: 'secret1' },
  }),
  admitGuest: () => ({ path: '/api/auth/guest', body: { displayName: 'Ann', invite } }),
  createMovie: () => ({ path: '/api/movies', body: { title: 'Once' }, token: user.token }),
  createMovieUpload: () => ({
    path: `/api/movies/${movieId}/uploads`, token: user.token, headers: { 'tus-resumable': '1.0.0', 'upload-length': '1000' },
  }),
  addSubtitles: () => ({
    path: `/api/movies/${movieId}/subtitles?language=en&label=English`, token: user.token,
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: Buffer.from(
      '--b\r\ncontent-disposition: form-data; name="subtitles"\r\n\r\nWEBVTT\n\n00:01.000 --> 00:02.000\nHello\n\r\n--b--\r\n'),
  }),
  sendFriendRequest: () => ({ path: '/api/friends/requests', body: { userId: other.id }, token: user.token }),
  blockPerson: () => ({ path: `/api/friends/blocks/${other.id}`, token: user.token }),
  createRoom: () => ({ path: '/api/rooms', body: { name: 'Once' }, token: user.token }),
  sendChatMessage: () => ({ path: `/api/chat/${roomId}/messages`, body: { content: 'Once' }, token: user.token }),
  sendMessage: () => ({ path: '/api/messages/send', body: { receiverId: friendId, content: 'Once' }, token: user.token }),
  addToPlaylist: () => ({ path: `/api/rooms/${roomId}/playlist`, body: { movieId }, token: user.token }),
  createEvent: () => ({ path: '/api/events', body: { title: 'Once', startsAt: '2040-01-01T20:00:00Z' }, token: user.token }),
  inviteToEvent: () => ({ path: `/api/events/${eventId}/invitations`, body: { userIds: [friendId] }, token: user.token }),
  createCalendarFeed: () => ({ path: '/api/calendar', token: user.token }),
  uploadImage: () => ({
    path: '/api/uploads/images', token: user.token, headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: Buffer.concat([
      Buffer.from('--b\r\ncontent-disposition: form-data; name="image"\r\n\r\n'),
      Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64'),
      Buffer.from('\r\n--b--\r\n'),
    ]),
  }),
  inviteToRoom: () => ({ path: `/api/rooms/${roomId}/invitations`, body: { email: 'guest@example.org' }, token: user.token }),
  createInviteLink: () => ({ path: `/api/rooms/${roomId}/invite-link`, token: user.token }),
};

it('every route that creates something is tried below', async () => {
  const operations = operationsOf((await server.ask('GET', '/api/openapi.json')).body);
  const creating = operations
    .filter(({ method, answers }) => method === 'POST' && answers.has(201))
    .map(({ id }) => id);
  expect(creating.toSorted()).toEqual(Object.keys(REQUESTS).toSorted());
});

it.each(Object.keys(REQUESTS))(
  '%s with the same key gives the first answer again, to the letter, also at once',
  async (id) => {
    const { path, ...ask } = REQUESTS[id]!();
    const post = (): Promise<Answer> =>
      server.ask('POST', path, { ...ask, headers: { ...ask.headers, 'idempotency-key': `key-of-${id}` } });
    const together = await Promise.all(Array.from({ length: 10 }, post));
    const answered = [...together.filter(({ status }) => status === 201), await post()];
    expect(answered.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
    for (const answer of answered) expect(answer.body).toEqual(answered[0]!.body);
    for (const { status, body } of together.filter((answer) => answer.status !== 201)) {
      expect([status, body.code]).toEqual([409, 'idempotency.in_flight']);
    }
  },
);
