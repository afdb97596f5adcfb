import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { filmBytes } from '../../../test/fixtures/films.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let admin: TestUser;
let owner: TestUser;
let other: TestUser;
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  admin = await make.user();
  [owner, other] = [await make.user(), await make.user()];
});
afterAll(() => server.close());

const get = (id: number, token?: string) => server.ask('GET', `/api/movies/${id}`, { token });

describe('Who sees a movie', () => {
  test('[MO1] Anyone sees a public movie, with all its fields', async () => {
    const movie = await make.movie(owner, {
      title: 'Metropolis', description: 'Mute', year: 1927, durationSeconds: 9000,
      url: 'https://films.example.org/metropolis.mp4?x=1', posterUrl: 'https://films.example.org/p.jpg',
    });
    const { status, body } = await get(movie.id);
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      data: {
        id: movie.id, title: 'Metropolis', description: 'Mute', year: 1927, durationSeconds: 9000,
        url: 'https://films.example.org/metropolis.mp4?x=1', hasFile: false, posterUrl: 'https://films.example.org/p.jpg', poster: null,
        visibility: 'public', ownerId: owner.id, createdAt: expect.any(String), updatedAt: expect.any(String),
      },
    });
  });

  test('[MO1] A movie for rooms is seen by its owner, an admin and who is in a room that plays it, while they are', async () => {
    const movie = await make.movie(owner, { visibility: 'rooms' });
    const room = await make.room(owner, { movieId: movie.id });
    expect((await get(movie.id, owner.token)).status).toBe(200);
    expect((await get(movie.id, admin.token)).status).toBe(200);
    expect((await get(movie.id)).status).toBe(404);
    expect((await get(movie.id, other.token)).status).toBe(404);

    await server.ask('POST', `/api/rooms/${room.id}/join`, { token: other.token });
    expect((await get(movie.id, other.token)).status).toBe(200);
    await server.ask('POST', `/api/rooms/${room.id}/leave`, { token: other.token });
    expect((await get(movie.id, other.token)).status).toBe(404);

    await server.ask('POST', `/api/rooms/${room.id}/join`, { token: other.token });
    await server.ask('PATCH', `/api/rooms/${room.id}`, { token: owner.token, body: { movieId: null } });
    expect((await get(movie.id, other.token)).status).toBe(404);
  });

  test('[MO2] The list shows public movies, newest first, page by page; one’s own with mine=true', async () => {
    const mine = await make.user();
    const hidden = await make.movie(mine, { visibility: 'rooms' });
    const shown = [await make.movie(mine), await make.movie(mine), await make.movie(mine)].toReversed();
    const first = await server.ask('GET', '/api/movies?limit=2');
    expect(first.body.data).toMatchObject({ page: 1, limit: 2, items: shown.slice(0, 2).map(({ id }) => ({ id })) });
    const second = await server.ask('GET', '/api/movies?limit=2&page=2');
    expect(second.body.data.items[0].id).toBe(shown[2]!.id);
    expect(second.body.data.total).toBe(first.body.data.total);
    const own = await server.ask('GET', '/api/movies?mine=true', { token: mine.token });
    expect(own.body.data.items.map(({ id }: { id: number }) => id)).toEqual([...shown.map(({ id }) => id), hidden.id]);
    expect((await server.ask('GET', '/api/movies?mine=true')).status).toBe(401);

    const past = await server.ask('GET', '/api/movies?page=1000');
    expect(past).toMatchObject({ status: 404, body: { code: 'page.past_end' } });
  });
});

describe('Who changes a movie', () => {
  test('[MO2] Its owner and an admin change and remove it; others are refused, and told nothing of what they cannot see', async () => {
    const open = await make.movie(owner);
    const hidden = await make.movie(owner, { visibility: 'rooms' });
    for (const [method, body] of [['PATCH', { title: 'Mine' }], ['PUT', { title: 'Mine' }], ['DELETE', undefined]] as const) {
      const ask = { token: other.token, ...(body && { body }) };
      expect(await server.ask(method, `/api/movies/${open.id}`, ask)).toMatchObject({ status: 403, body: { code: 'movies.not_owner' } });
      expect(await server.ask(method, `/api/movies/${hidden.id}`, ask)).toMatchObject({ status: 404, body: { code: 'movies.not_found' } });
    }
    expect((await get(open.id)).body.data.title).toBe('A film');
    expect((await server.ask('PATCH', `/api/movies/${open.id}`, { token: admin.token, body: { title: 'Checked' } })).status).toBe(200);
    expect((await server.ask('DELETE', `/api/movies/${open.id}`, { token: owner.token })).body).toEqual({ success: true, data: null });
    expect((await get(open.id, owner.token)).status).toBe(404);
    expect((await server.ask('DELETE', `/api/movies/${open.id}`, { token: owner.token })).status).toBe(404);
  });

  test('PATCH changes what it names; PUT returns the rest to its default', async () => {
    const movie = await make.movie(owner, { description: 'Long', year: 2001, url: 'https://a.example/f.webm', visibility: 'rooms' });
    const patched = await server.ask('PATCH', `/api/movies/${movie.id}`, { token: owner.token, body: { year: null, durationSeconds: 61.5 } });
    expect(patched.body.data).toEqual({ ...movie, year: null, durationSeconds: 61.5, updatedAt: expect.any(String) });
    const put = await server.ask('PUT', `/api/movies/${movie.id}`, { token: owner.token, body: { title: 'Short' } });
    expect(put.body.data).toMatchObject({
      title: 'Short', description: '', year: null, durationSeconds: null, url: null, posterUrl: null, visibility: 'public',
    });
    expect((await server.ask('PATCH', `/api/movies/${movie.id}`, { token: owner.token, body: {} })).status).toBe(400);
  });

  test.each([
    ['javascript:alert(1)', 400], ['ftp://a.example/f.mp4', 400], ['https://a.example/film.avi', 422], ['https://a.example/', 422],
    ['https://a.example/live/index.m3u8', 200], ['HTTPS://a.example/F.MP4', 400],
  ])('A link must be http(s) and lead to mp4, webm or HLS: %s → %i', async (url, status) => {
    const movie = await make.movie(owner);
    expect((await server.ask('PATCH', `/api/movies/${movie.id}`, { token: owner.token, body: { url } })).status).toBe(status);
  });
});

describe('Link and file', () => {
  test('[MO3] An upload takes the link’s place and says how long the film is; then no link is taken', async () => {
    const movie = await make.movie(owner, { url: 'https://a.example/f.mp4', durationSeconds: 5000 });
    const uploaded = await server.ask('PUT', `/api/movies/${movie.id}/file`, { token: owner.token, body: filmBytes('h264-aac.mp4') });
    expect(uploaded.body.data).toMatchObject({ hasFile: true, url: null });
    const { durationSeconds } = uploaded.body.data;
    expect(durationSeconds).toBeLessThan(60);
    const linked = await server.ask('PATCH', `/api/movies/${movie.id}`, { token: owner.token, body: { url: 'https://a.example/f.mp4' } });
    expect(linked).toMatchObject({ status: 409, body: { code: 'movies.url_and_file' } });
    const put = await server.ask('PUT', `/api/movies/${movie.id}`, { token: owner.token, body: { title: 'T', durationSeconds: 9 } });
    expect(put.body.data).toMatchObject({ hasFile: true, durationSeconds });
  });

  test('[MO4] Rooms that played a removed movie play nothing', async () => {
    const movie = await make.movie(owner);
    const room = await make.room(owner, { movieId: movie.id });
    await server.ask('POST', `/api/rooms/${room.id}/playback`, { token: owner.token, body: { version: 0, action: 'play' } });
    await server.ask('DELETE', `/api/movies/${movie.id}`, { token: owner.token });
    const playback = await server.ask('GET', `/api/rooms/${room.id}/playback`);
    expect(playback.body.data).toMatchObject({ movieId: null, version: 2, playing: false, position: 0 });
    expect((await server.ask('GET', `/api/rooms/${room.id}`)).body.data.movieId).toBeNull();
  });
});
