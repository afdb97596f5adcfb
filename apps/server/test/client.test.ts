import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ApiError, createHttpClient, createMemoryTokenStore, type HttpClientOptions, NetworkError, type Progress,
} from '@watchparty/client';
import { startTestApp, type TestApp } from './app.ts';
import { factoriesFor } from './factories.ts';

const FILM = new URL('../src/main/demo/assets/sample-film.mp4', import.meta.url);
let server: TestApp;
beforeAll(async () => {
  server = await startTestApp();
});
afterAll(() => server.close());

type Fetch = typeof globalThis.fetch;
interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

const addressOf = (input: Parameters<Fetch>[0]): URL => new URL(input instanceof Request ? input.url : input);

/** A real `fetch` that writes down what passes, and may do harm on the way. */
type Harm = (send: () => Promise<Response>, sent: Sent, number: number) => Promise<Response>;

function wire(harm: Harm = (send) => send()) {
  const log: Sent[] = [];
  const through: Fetch = (input, init) => {
    const { pathname } = addressOf(input);
    const sent = { method: init?.method ?? 'GET', path: pathname, headers: new Headers(init?.headers) };
    log.push(sent);
    return harm(() => fetch(input, init), sent, log.length);
  };
  return { log, fetch: through, of: (path: string) => log.filter((sent) => sent.path === path) };
}

const clientFor = (options: Partial<HttpClientOptions> = {}) =>
  createHttpClient({ baseUrl: server.url, pause: () => Promise.resolve(), ...options });

let people = 0;
const person = () => {
  people += 1;
  return { email: `person${people}@example.org`, username: `person${people}`, password: 'secret1' };
};

/** A client that is signed in, and the store with its tokens. */
async function signedIn(options: Partial<HttpClientOptions> = {}) {
  const tokens = createMemoryTokenStore();
  const client = clientFor({ ...options, tokens });
  const { user } = await client.accounts.register(person());
  return { client, tokens, user };
}

/** The access token is what it looks like after its time: refused. The refresh token is still good. */
async function expire(tokens: ReturnType<typeof createMemoryTokenStore>): Promise<void> {
  const { refreshToken } = (await tokens.get())!;
  await tokens.set({ accessToken: 'expired', ...(refreshToken !== undefined && { refreshToken }) });
}

describe('every route', () => {
  const id = 7;
  const uuid = '01890a5d-ac96-774b-bcce-b302099a8057';
  type Client = ReturnType<typeof createHttpClient>;
  /** By operationId. */
  const CALLS: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
    apiHealth: ({ health }) => health.api(),
    health: ({ health }) => health.parts(),
    ready: ({ health }) => health.ready(),
    metrics: ({ health }) => health.metrics(),
    figures: ({ administration }) => administration.figures(),
    cacheStats: ({ cache }) => cache.stats(),
    clearCache: ({ cache }) => cache.clear(),
    queueStats: ({ queues }) => queues.stats(),
    startCleanup: ({ queues }) => queues.cleanup(),
    startReport: ({ queues }) => queues.report(),
    listReports: ({ queues }) => queues.reports(),
    getReport: ({ queues }) => queues.getReport(uuid),
    listFailedJobs: ({ queues }) => queues.failed({ queue: 'email' }),
    retryFailedJob: ({ queues }) => queues.retry(uuid),
    register: ({ accounts }) => accounts.register(person()),
    login: ({ accounts }) => accounts.login({ username: 'ann', password: 'secret1' }),
    getProfile: ({ accounts }) => accounts.profile(),
    patchProfile: ({ accounts }) => accounts.patchProfile({ bio: 'Here' }),
    putProfile: ({ accounts }) => accounts.putProfile({ displayName: 'Ann' }),
    changePassword: ({ accounts }) => accounts.changePassword({ currentPassword: 'a', newPassword: 'b' }),
    forgotPassword: ({ accounts }) => accounts.forgotPassword('ann@example.org'),
    resetPassword: ({ accounts }) => accounts.resetPassword({ token: 'a', password: 'b' }),
    reauthenticate: ({ accounts }) => accounts.reauthenticate({ password: 'secret1' }),
    admitGuest: ({ accounts }) => accounts.becomeGuest({ displayName: 'Guest', invite: 'i' }),
    getSecondFactor: ({ secondFactor }) => secondFactor.get(),
    setUpSecondFactor: ({ secondFactor }) => secondFactor.setUp(),
    confirmSecondFactor: ({ secondFactor }) => secondFactor.confirm('123456'),
    makeRecoveryCodes: ({ secondFactor }) => secondFactor.makeRecoveryCodes(),
    disableSecondFactor: ({ secondFactor }) => secondFactor.disable(),
    listUsers: ({ administration }) => administration.users(),
    getUserAsAdmin: ({ administration }) => administration.getUser(id),
    changeUser: ({ administration }) => administration.changeUser(id, { role: 'admin' }),
    removeSecondFactorOf: ({ administration }) => administration.removeSecondFactor(id),
    listAuditEvents: ({ administration }) => administration.audit(),
    refresh: ({ sessions }) => sessions.refresh(),
    logout: ({ sessions }) => sessions.logout(),
    listSessions: ({ sessions }) => sessions.list(),
    endSession: ({ sessions }) => sessions.end(uuid),
    endOtherSessions: ({ sessions }) => sessions.endOthers(),
    sessionStats: ({ sessions }) => sessions.stats(),
    listMovieUploads: ({ movies }) => movies.uploads(),
    createMovieUpload: ({ movies }) => movies.beginUpload(id, { lengthBytes: 9, fileName: 'Кино.mp4' }),
    getMovieUpload: ({ movies }) => movies.lookAtUpload(id, uuid),
    sendMovieUpload: ({ movies }) => movies.sendPart(id, uuid, 0, new Uint8Array(4)),
    cancelMovieUpload: ({ movies }) => movies.cancelUpload(id, uuid),
    uploadMoviePoster: ({ movies }) => movies.uploadPoster(id, new Uint8Array(4)),
    deleteMoviePoster: ({ movies }) => movies.removePoster(id),
    listSubtitles: ({ movies }) => movies.subtitles(id),
    addSubtitles: ({ movies }) => movies.addSubtitles(id, new Uint8Array(4), { language: 'ru', label: 'Русские' }),
    getSubtitles: ({ movies }) => movies.subtitlesText(id, 8),
    deleteSubtitles: ({ movies }) => movies.removeSubtitles(id, 8),
    uploadProfilePicture: ({ pictures }) => pictures.uploadProfilePicture(new Uint8Array(4)),
    deleteProfilePicture: ({ pictures }) => pictures.removeProfilePicture(),
    uploadImage: ({ pictures }) => pictures.uploadImage(new Uint8Array(4)),
    getPicture: ({ pictures }) => pictures.get('/uploads/7'),
    listNotices: ({ notices }) => notices.list(),
    readNotices: ({ notices }) => notices.markRead({ ids: [uuid] }),
    removeNotice: ({ notices }) => notices.remove(uuid),
    listFriends: ({ friends }) => friends.list({ online: true }),
    getFriendStanding: ({ friends }) => friends.standing(id),
    removeFriend: ({ friends }) => friends.remove(id),
    listMutualFriends: ({ friends }) => friends.mutual(id),
    listFriendRequests: ({ friends }) => friends.requests({ direction: 'incoming' }),
    sendFriendRequest: ({ friends }) => friends.ask(id),
    acceptFriendRequest: ({ friends }) => friends.accept(id),
    rejectFriendRequest: ({ friends }) => friends.reject(id),
    cancelFriendRequest: ({ friends }) => friends.cancel(id),
    listBlocks: ({ friends }) => friends.blocks(),
    blockPerson: ({ friends }) => friends.block(id),
    unblockPerson: ({ friends }) => friends.unblock(id),
    searchPeople: ({ people: found }) => found.search('ann'),
    getUser: ({ people: found }) => found.get(id),
    getUserAnalytics: ({ people: found }) => found.analytics(id),
    createMovie: ({ movies }) => movies.create({ title: 'Film' }),
    listMovies: ({ movies }) => movies.list(),
    getMovie: ({ movies }) => movies.get(id),
    patchMovie: ({ movies }) => movies.patch(id, { title: 'Film' }),
    putMovie: ({ movies }) => movies.put(id, { title: 'Film' }),
    deleteMovie: ({ movies }) => movies.remove(id),
    uploadMovieFile: ({ movies }) => movies.upload(id, new Uint8Array(4)),
    getMovieStreamUrl: ({ movies }) => movies.streamUrl(id),
    streamMovie: ({ movies }) => movies.stream(id),
    createRoom: ({ rooms }) => rooms.create({ name: 'Room' }),
    listRooms: ({ rooms }) => rooms.list(),
    getRoom: ({ rooms }) => rooms.get(id),
    patchRoom: ({ rooms }) => rooms.patch(id, { name: 'Room' }),
    putRoom: ({ rooms }) => rooms.put(id, { name: 'Room' }),
    deleteRoom: ({ rooms }) => rooms.remove(id),
    joinRoom: ({ rooms }) => rooms.join(id),
    leaveRoom: ({ rooms }) => rooms.leave(id),
    createInviteLink: ({ rooms }) => rooms.createInviteLink(id),
    inviteToRoom: ({ rooms }) => rooms.invite(id, { userId: id }),
    listParticipants: ({ rooms }) => rooms.participants(id),
    setParticipantRole: ({ rooms }) => rooms.setRole(id, 8, 'viewer'),
    removeParticipant: ({ rooms }) => rooms.removeParticipant(id, 8),
    liftBan: ({ rooms }) => rooms.liftBan(id, 8),
    getPlayback: ({ rooms }) => rooms.playback(id),
    commandPlayback: ({ rooms }) => rooms.command(id, { version: 0, action: 'play' }),
    listChatMessages: ({ chat }) => chat.list(id),
    sendChatMessage: ({ chat }) => chat.send(id, { content: 'Hello' }),
    editChatMessage: ({ chat }) => chat.edit(id, uuid, 'Hello'),
    deleteChatMessage: ({ chat }) => chat.remove(id, uuid),
    listChatChanges: ({ chat }) => chat.changes(id, { after: 0 }),
    addChatReaction: ({ chat }) => chat.addReaction(id, uuid, '7'),
    removeChatReaction: ({ chat }) => chat.removeReaction(id, uuid, '7'),
    listConversations: ({ messages }) => messages.conversations(),
    getConversation: ({ messages }) => messages.conversation(id),
    listMessages: ({ messages }) => messages.list(id),
    listMessageChanges: ({ messages }) => messages.changes(id, { after: 0 }),
    searchMessages: ({ messages }) => messages.search({ q: 'hello' }),
    sendMessage: ({ messages }) => messages.send({ receiverId: id, content: 'Hello' }),
    readMessages: ({ messages }) => messages.read(id, 1),
    editMessage: ({ messages }) => messages.edit(id, uuid, 'Hello'),
    deleteMessage: ({ messages }) => messages.remove(id, uuid),
    addMessageReaction: ({ messages }) => messages.addReaction(id, uuid, '7'),
    removeMessageReaction: ({ messages }) => messages.removeReaction(id, uuid, '7'),
    createEvent: ({ events }) => events.create({ title: 'Once', startsAt: '2030-01-01T20:00:00Z' }),
    listEvents: ({ events }) => events.list({ scope: 'upcoming' }),
    listNearbyEvents: ({ events }) => events.nearby({ lat: 0.000_000_04, lng: -71 }),
    listTrendingEvents: ({ events }) => events.trending({ lat: 52.5, lng: 13.4 }),
    listEventsOfUser: ({ events }) => events.listOfUser(id),
    getEvent: ({ events }) => events.get(id),
    patchEvent: ({ events }) => events.patch(id, { title: 'Other' }),
    putEvent: ({ events }) => events.put(id, { title: 'Other', startsAt: '2030-01-01T20:00:00Z' }),
    cancelEvent: ({ events }) => events.cancel(id),
    deleteEvent: ({ events }) => events.remove(id),
    answerEvent: ({ events }) => events.answer(id, { status: 'going' }),
    getEventAnswer: ({ events }) => events.myAnswer(id),
    withdrawEventAnswer: ({ events }) => events.withdrawAnswer(id),
    listEventAttendees: ({ events }) => events.attendees(id, { status: 'going' }),
    inviteToEvent: ({ events }) => events.invite(id, [8]),
    listEventInvitations: ({ events }) => events.invitations(id),
    takeBackEventInvitation: ({ events }) => events.takeBackInvitation(id, 8),
    getEventCalendar: ({ events }) => events.ics(id),
    getCalendarFeed: ({ events }) => events.readCalendar('A'.repeat(43)),
    getCalendarFeedState: ({ events }) => events.calendar(),
    createCalendarFeed: ({ events }) => events.createCalendar(),
    deleteCalendarFeed: ({ events }) => events.removeCalendar(),
    getPlaylist: ({ playlists }) => playlists.get(id),
    addToPlaylist: ({ playlists }) => playlists.add(id, 8),
    changePlaylist: ({ playlists }) => playlists.change(id, { playlistOrder: 'votes' }),
    movePlaylistItem: ({ playlists }) => playlists.move(id, uuid, { beforeId: null }),
    removePlaylistItem: ({ playlists }) => playlists.remove(id, uuid),
    voteForPlaylistItem: ({ playlists }) => playlists.vote(id, uuid),
    takeBackPlaylistVote: ({ playlists }) => playlists.takeBackVote(id, uuid),
  };

  test('of the API has a method that asks for it, and every method a route', async () => {
    const { paths } = (await server.ask('GET', '/api/openapi.json')).body as {
      paths: Record<string, Record<string, { operationId: string; parameters: { name: string }[] }>>;
    };
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, parameters }]) => ({
        operationId,
        asked: `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '*')}`,
        isKeyed: parameters.some(({ name }) => name === 'Idempotency-Key'),
      })),
    );
    expect(Object.keys(CALLS).toSorted()).toEqual(operations.map(({ operationId }) => operationId).toSorted());
    const methods = Object.values(clientFor()).flatMap((noun) => Object.keys(noun));
    expect(methods).toHaveLength(operations.length);

    for (const { operationId, asked, isKeyed } of operations) {
      const log: { asked: string; key: string | null }[] = [];
      const answering: Fetch = async (input, init) => {
        const path = addressOf(input).pathname.replaceAll(/\/(7|8|A{43}|01890a5d-[\w-]+)(?=[/.]|$)/g, '/*');
        log.push({ asked: `${init?.method} ${path}`, key: new Headers(init?.headers).get('idempotency-key') });
        return Response.json({ success: true, data: { accessToken: 'a', refreshToken: 'r' } });
      };
      const tokens = createMemoryTokenStore({ accessToken: 'a', refreshToken: 'r' });
      await CALLS[operationId]!(clientFor({ fetch: answering, tokens }));
      expect(log.at(-1)?.asked, operationId).toBe(asked);
      expect(log.at(-1)?.key !== null, `${operationId} carries an Idempotency-Key`).toBe(isKeyed);
    }
  });
});

test('two friends meet through the client alone', async () => {
  const film = await readFile(FILM);
  const ann = await signedIn();
  const boris = await signedIn();
  const movie = await ann.client.movies.create({ title: 'Our film', visibility: 'rooms' });
  await ann.client.movies.upload(movie.id, new Uint8Array(film));
  const room = await ann.client.rooms.create({ name: 'Ours', movieId: movie.id, isPrivate: true });
  const { invite } = await ann.client.rooms.createInviteLink(room.id);
  await expect(boris.client.rooms.get(room.id)).rejects.toMatchObject({ code: 'rooms.not_found', status: 404 });
  expect((await boris.client.rooms.join(room.id, { invite })).participantCount).toBe(2);
  await boris.client.chat.send(room.id, { content: 'Начинаем?' });
  expect((await ann.client.chat.list(room.id)).items).toMatchObject([{ seq: 1, content: 'Начинаем?' }]);
  const playback = await ann.client.rooms.command(room.id, { version: 0, action: 'play' });
  expect(playback).toMatchObject({ version: 1, playing: true });

  const part = await boris.client.movies.stream(movie.id, { range: { start: 100, end: 199 } });
  expect(part.status).toBe(206);
  expect(Buffer.from(await part.arrayBuffer()).equals(film.subarray(100, 200))).toBe(true);
  const { url } = await boris.client.movies.streamUrl(movie.id);
  expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(film)).toBe(true);
});

describe('refusals', () => {
  test('are ApiErrors with all that the problem says', async () => {
    const { client } = await signedIn();
    const refused = client.rooms.create({ name: '' });
    await expect(refused).rejects.toBeInstanceOf(ApiError);
    await expect(refused).rejects.toMatchObject({
      code: 'request.invalid', status: 400, detail: expect.any(String),
      errors: expect.arrayContaining([{ field: '/body/name', message: expect.any(String) }]),
      requestId: expect.stringMatching(/^\w{8}-/),
    });
  });

  test('of something that is not the API are response.unreadable', async () => {
    const proxy: Fetch = async () =>
      new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'retry-after': '3' } });
    await expect(clientFor({ fetch: proxy }).rooms.list()).rejects.toMatchObject({
      code: 'response.unreadable', status: 502, retryAfterSeconds: 3,
    });
    const portal: Fetch = async () => new Response('<h1>Welcome to the hotel</h1>');
    await expect(clientFor({ fetch: portal }).rooms.list()).rejects.toMatchObject({
      code: 'response.unreadable', status: 200,
    });
  });
});

describe('an expired access token', () => {
  test('is renewed once for ten requests that meet it together', async () => {
    const { log, fetch: counted, of } = wire();
    const { client, tokens } = await signedIn({ fetch: counted });
    const before = await tokens.get();
    await expire(tokens);
    log.length = 0;
    const profiles = await Promise.all(Array.from({ length: 10 }, () => client.accounts.profile()));
    expect(new Set(profiles.map(({ id }) => id)).size).toBe(1);
    expect(of('/api/auth/refresh')).toHaveLength(1);
    expect(log).toHaveLength(21);
    expect((await tokens.get())?.refreshToken).not.toBe(before?.refreshToken);
  });

  test('is not renewed again for a request that left before and comes back after', async () => {
    const late = Promise.withResolvers<void>();
    let held = false;
    const { fetch: slow, of } = wire(async (send, sent) => {
      const answer = await send();
      if (sent.path === '/api/rooms' && !held) {
        held = true;
        await late.promise;
      }
      return answer;
    });
    const { client, tokens } = await signedIn({ fetch: slow });
    await expire(tokens);
    const rooms = client.rooms.list();
    await client.accounts.profile();
    late.resolve();
    expect((await rooms).page).toBe(1);
    expect(of('/api/auth/refresh')).toHaveLength(1);
  });

  test('whose session has ended empties the store, and the refusal is told', async () => {
    const { client, tokens } = await signedIn();
    await tokens.set({ accessToken: 'expired', refreshToken: 'used' });
    await expect(client.accounts.profile()).rejects.toMatchObject({ code: 'auth.token_invalid' });
    expect(await tokens.get()).toBeUndefined();
    await expect(client.accounts.profile()).rejects.toMatchObject({ code: 'auth.required' });
    expect((await client.rooms.list()).page).toBe(1);
  });

  test('is replaced by what another tab has put into the store meanwhile', async () => {
    const { client, tokens } = await signedIn();
    const good = (await tokens.get())!;
    await expire(tokens);
    const { fetch: raced } = wire(async (send, { path }) => {
      if (path !== '/api/auth/refresh') return send();
      await clientFor({ tokens }).sessions.refresh();
      return send();
    });
    const profile = await clientFor({ fetch: raced, tokens }).accounts.profile();
    expect(profile).toEqual(await client.accounts.profile());
    expect((await tokens.get())?.refreshToken).not.toBe(good.refreshToken);
  });

  test('is renewed before a film is sent, so that a stream can be sent', async () => {
    const { client, tokens } = await signedIn();
    const { id } = await client.movies.create({ title: 'Streamed' });
    await expire(tokens);
    const film = new Blob([new Uint8Array(await readFile(FILM))]);
    expect(await client.movies.upload(id, film.stream())).toMatchObject({ id, hasFile: true });
  });
});

test('signing out ends the session and empties the store, twice as well as once', async () => {
  const { client, tokens } = await signedIn();
  const { accessToken } = (await tokens.get())!;
  await client.sessions.logout();
  expect(await tokens.get()).toBeUndefined();
  expect((await server.ask('GET', '/api/auth/profile', { token: accessToken })).status).toBe(401);
  await client.sessions.logout();
  expect(await client.sessions.refresh()).toBeUndefined();
});

describe('a broken connection', () => {
  /** The server gets the first request of this path and answers it, but the answer never arrives. */
  const losingAnswers = (path: string) => {
    let lost = false;
    return wire(async (send, sent) => {
      const answer = await send();
      if (lost || sent.path !== path || sent.method === 'GET') return answer;
      lost = true;
      throw new TypeError('terminated');
    });
  };

  test('makes a creating call be sent again under the same key, so that it happens once', async () => {
    const { fetch: lossy, of } = losingAnswers('/api/rooms');
    const { client } = await signedIn({ fetch: lossy });
    const room = await client.rooms.create({ name: 'Once' });
    const [first, second, ...more] = of('/api/rooms').map(({ headers }) => headers.get('idempotency-key'));
    expect(first).toMatch(/^[\w-]{36}$/);
    expect([second, more]).toEqual([first, []]);
    expect((await client.rooms.list({ mine: true })).items.map(({ id }) => id)).toEqual([room.id]);
  });

  test('may be outlived by a key of one’s own: another call with it gets the same answer', async () => {
    const { client } = await signedIn();
    const options = { idempotencyKey: 'kept-by-the-caller' };
    const first = await client.rooms.create({ name: 'Kept' }, options);
    expect(await client.rooms.create({ name: 'Kept' }, options)).toEqual(first);
    expect((await client.rooms.create({ name: 'Kept' })).id).not.toBe(first.id);
  });

  test('waits for the first attempt, if the server still works on that', async () => {
    const { fetch: lossy, of } = wire(async (send, { path, method }, number) => {
      if (path !== '/api/movies' || method !== 'POST') return send();
      if (number === 2) throw new TypeError('terminated');
      const inFlight = { code: 'idempotency.in_flight', detail: 'Wait', errors: [] };
      if (number === 3) return Response.json(inFlight, { status: 409 });
      return send();
    });
    const { client } = await signedIn({ fetch: lossy });
    expect((await client.movies.create({ title: 'Late' })).title).toBe('Late');
    expect(of('/api/movies')).toHaveLength(3);
  });

  test('does not make a call be sent again that could happen twice', async () => {
    const { fetch: lossy, of } = losingAnswers('/api/auth/login');
    const { user } = await signedIn();
    const login = clientFor({ fetch: lossy }).accounts.login({ username: user.username, password: 'secret1' });
    await expect(login).rejects.toBeInstanceOf(NetworkError);
    expect(of('/api/auth/login')).toHaveLength(1);
  });

  test('ends in a NetworkError when nobody answers at all', async () => {
    const pauses: number[] = [];
    const nobody = clientFor({ baseUrl: 'http://127.0.0.1:1', pause: async (ms) => void pauses.push(ms) });
    await expect(nobody.rooms.list()).rejects.toBeInstanceOf(NetworkError);
    expect(pauses).toEqual([200, 1000]);
  });
});

describe('an AbortSignal', () => {
  test('ends a call with its own reason', async () => {
    const { client } = await signedIn();
    await expect(client.rooms.list({}, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
  });

  test('ends the pause before a retry', async () => {
    const leaving = new AbortController();
    const cut: Fetch = async () => {
      setImmediate(() => leaving.abort(new Error('left')));
      throw new TypeError('terminated');
    };
    const call = createHttpClient({ baseUrl: server.url, fetch: cut }).rooms.list({}, { signal: leaving.signal });
    await expect(call).rejects.toThrow('left');
  });

  test('ends an upload, and the movie stays as it was', async () => {
    const { client } = await signedIn();
    const { id } = await client.movies.create({ title: 'Broken off' });
    const leaving = new AbortController();
    const head = new Uint8Array(await readFile(FILM));
    const endless = new ReadableStream<Uint8Array>({
      start: (stream) => stream.enqueue(head),
      pull: (stream) => stream.enqueue(new Uint8Array(65_536)),
    });
    const upload = client.movies.upload(id, endless, {
      signal: leaving.signal,
      onProgress: ({ sentBytes }) => sentBytes > head.length && leaving.abort(new Error('changed my mind')),
    });
    await expect(upload).rejects.toThrow('changed my mind');
    expect((await client.movies.get(id)).hasFile).toBe(false);
  });
});

describe('an upload', () => {
  test.each(['bytes', 'blob', 'stream'] as const)('of %s tells how far it is, up to its end', async (kind) => {
    const { client } = await signedIn();
    const { id } = await client.movies.create({ title: kind });
    const bytes = new Uint8Array(await readFile(FILM));
    const film = { bytes, blob: new Blob([bytes]), stream: new Blob([bytes]).stream() }[kind];
    const seen: Progress[] = [];
    const movie = await client.movies.upload(id, film, { onProgress: (progress) => seen.push(progress) });
    expect(movie).toMatchObject({ hasFile: true });
    if (kind !== 'stream') expect(seen[0]?.sentBytes).toBeLessThan(bytes.length);
    const sent = seen.map(({ sentBytes }) => sentBytes);
    expect(sent).toEqual(sent.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toEqual({ sentBytes: bytes.length, totalBytes: kind === 'stream' ? undefined : bytes.length });
  });

  test('without streams of its own tells its end', async () => {
    const { client } = await signedIn({ streamsUploads: false });
    const { id } = await client.movies.create({ title: 'In a page' });
    const bytes = new Uint8Array(await readFile(FILM));
    const seen: Progress[] = [];
    await client.movies.upload(id, bytes, { onProgress: (progress) => seen.push(progress) });
    expect(seen).toEqual([{ sentBytes: bytes.length, totalBytes: bytes.length }]);
  });

  test('that is refused says why', async () => {
    const { client } = await signedIn();
    const { id } = await client.movies.create({ title: 'No film' });
    await expect(client.movies.upload(id, new TextEncoder().encode('Not a film at all'))).rejects.toMatchObject({
      code: 'movies.file_container_unsupported', status: 415,
    });
  });

  test('of what belongs to somebody else is refused', async () => {
    const owner = await factoriesFor(server).user();
    const { id } = await factoriesFor(server).movie(owner);
    await signedIn();
    const { client } = await signedIn();
    const upload = client.movies.upload(id, new Uint8Array(await readFile(FILM)));
    await expect(upload).rejects.toMatchObject({ code: 'movies.not_owner' });
  });
});
