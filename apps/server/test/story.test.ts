import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from './app.ts';

const FILM = new URL('../src/main/demo/assets/sample-film.mp4', import.meta.url);
let server: TestApp;
beforeAll(async () => {
  server = await startTestApp();
});
afterAll(() => server.close());

test('Two friends register, one uploads a film and opens a private room, the other comes in, they talk and watch', async () => {
  const { ask } = server;
  const film = await readFile(FILM);

  const ann = await ask('POST', '/api/auth/register', {
    body: { email: 'ann@example.org', username: 'ann', password: 'secret1' },
  });
  expect(ann.status).toBe(201);
  expect(ann.body).toMatchObject({
    success: true,
    data: {
      user: { id: expect.any(Number), username: 'ann', displayName: 'ann', role: 'admin', email: 'ann@example.org' },
      accessToken: expect.any(String), refreshToken: expect.any(String), sessionId: expect.any(String),
    },
  });
  const annToken: string = ann.body.data.accessToken;

  const movie = await ask('POST', '/api/movies', { token: annToken, body: { title: 'Our film', visibility: 'rooms' } });
  expect(movie.status).toBe(201);
  const movieId: number = movie.body.data.id;
  const uploaded = await ask('PUT', `/api/movies/${movieId}/file`, {
    token: annToken, body: film, headers: { 'content-type': 'video/mp4' },
  });
  expect(uploaded.body).toMatchObject({ success: true, data: { id: movieId, hasFile: true } });
  expect(uploaded.body.data.durationSeconds).toBeGreaterThan(30);

  const room = await ask('POST', '/api/rooms', {
    token: annToken, body: { name: 'Ours', movieId, isPrivate: true, password: 'popcorn', maxParticipants: 2 },
  });
  expect(room.status).toBe(201);
  expect(room.body.data).toMatchObject({ movieId, isPrivate: true, hasPassword: true, participantCount: 1 });
  const roomId: number = room.body.data.id;

  const link = await ask('POST', `/api/rooms/${roomId}/invite-link`, { token: annToken });
  expect(link.body.data.url).toBe(`http://watchparty.test/rooms/${roomId}?invite=${link.body.data.invite}`);

  const boris = await ask('POST', '/api/auth/register', {
    body: { email: 'boris@example.org', username: 'boris', password: 'secret2', displayName: 'Борис' },
  });
  expect(boris.body.data.user.role).toBe('user');
  const borisToken: string = boris.body.data.accessToken;
  expect((await ask('GET', `/api/rooms/${roomId}`, { token: borisToken })).status).toBe(404);
  expect((await ask('GET', `/api/movies/${movieId}`, { token: borisToken })).status).toBe(404);

  const joined = await ask('POST', `/api/rooms/${roomId}/join`, { token: borisToken, body: { invite: link.body.data.invite } });
  expect(joined.body.data).toMatchObject({ id: roomId, participantCount: 2 });

  for (const [token, content, seq] of [[annToken, 'You made it!', 1], [borisToken, 'Начинаем?', 2]] as const) {
    const sent = await ask('POST', `/api/chat/${roomId}/messages`, { token, body: { content } });
    expect(sent.status).toBe(201);
    expect(sent.body.data).toMatchObject({ roomId, seq, content, playbackPositionSeconds: 0 });
  }
  const talk = await ask('GET', `/api/chat/${roomId}/messages`, { token: borisToken });
  expect(talk.body.data.items.map((message: { content: string }) => message.content)).toEqual(['You made it!', 'Начинаем?']);

  const play = await ask('POST', `/api/rooms/${roomId}/playback`, { token: annToken, body: { version: 0, action: 'play' } });
  expect(play.body.data).toMatchObject({ roomId, movieId, version: 1, playing: true, position: 0, rate: 1 });

  const address = await ask('GET', `/api/movies/${movieId}/stream-url`, { token: borisToken });
  expect(address.body.data).toMatchObject({ mimeType: 'video/mp4' });
  const part = await fetch(`${server.url}${address.body.data.url}`, { headers: { range: 'bytes=1000-1999' } });
  expect(part.status).toBe(206);
  expect(part.headers.get('content-range')).toBe(`bytes 1000-1999/${film.length}`);
  expect(Buffer.from(await part.arrayBuffer()).equals(film.subarray(1000, 2000))).toBe(true);
  const whole = await fetch(`${server.url}${address.body.data.url}`);
  expect(Buffer.from(await whole.arrayBuffer()).equals(film)).toBe(true);
});
