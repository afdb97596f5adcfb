import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Movie, Subtitles } from '@watchparty/protocol';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { filmBytes } from '../../../test/fixtures/films.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let owner: TestUser;
let other: TestUser;
let picture: Buffer;
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  [owner, other] = [await make.user(), await make.user()];
  picture = await sharp({ create: { width: 1920, height: 800, channels: 3, background: '#246' } }).withExif({ IFD0: { Artist: 'Ann' } }).jpeg().toBuffer();
});
afterAll(() => server.close());

async function send(user: TestUser, path: string, field: string, file: Uint8Array) {
  const form = new FormData();
  form.append(field, new Blob([Uint8Array.from(file)]), 'x');
  const response = await fetch(`${server.url}${path}`, { method: 'POST', headers: { authorization: `Bearer ${user.token}` }, body: form });
  return { status: response.status, body: (await response.json()) as { code?: string; data: never } };
}
const posterFiles = async () => (await readdir(join(server.dataDir, 'uploads'))).filter((name) => name.startsWith('poster-'));

describe('Posters', () => {
  const upload = async (id: number, file: Uint8Array = picture, user = owner) => send(user, `/api/movies/${id}/poster`, 'poster', file);

  test('[MO15] are taken in as pictures of strangers are, in two sizes that say their own', async () => {
    const { id } = await make.movie(owner, { posterUrl: 'https://example.org/linked.jpg' });
    const { status, body } = await upload(id);
    const movie = body.data as Movie;
    expect(status).toBe(200);
    expect(movie.poster).toMatchObject({ width: 1280, height: 533 });
    expect(movie.posterUrl).toBe(movie.poster!.large);
    expect((await server.ask('GET', `/api/movies/${id}`)).body.data).toEqual(movie);
    const sizes = await Promise.all([movie.poster!.large, movie.poster!.small].map(async (url) => {
      const answer = await fetch(`${server.url}${url}`);
      const { format, width, exif } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata();
      return [format, width, exif, answer.headers.get('cache-control')];
    }));
    const forEver = 'public, max-age=31536000, immutable';
    expect(sizes).toEqual([['jpeg', 1280, undefined, forEver], ['webp', 480, undefined, forEver]]);
    expect((await upload(id, Buffer.from('no picture'))).body.code).toBe('images.format_unsupported');
    expect((await upload(id, picture, other)).body.code).toBe('movies.not_owner');
    expect((await server.ask('GET', `/api/movies/${id}`)).body.data.poster).toEqual(movie.poster);
  });

  test('[MO15] [MO16] go when another one, a link, their removal or the movie’s end takes their place, not by an edit', async () => {
    await expect.poll(posterFiles).toHaveLength(2);
    const { id } = await make.movie(owner);
    const at = `/api/movies/${id}`;
    const ask = (method: string, path: string, body?: object) => server.ask(method, path, { token: owner.token, body });
    const first = ((await upload(id)).body.data as Movie).poster!;
    const second = ((await upload(id)).body.data as Movie).poster!;
    expect(second.large).not.toBe(first.large);
    await expect.poll(posterFiles).toHaveLength(4);
    expect((await ask('PATCH', at, { title: 'New' })).body.data.poster).toEqual(second);
    expect((await ask('PATCH', at, { posterUrl: null })).body.data.poster).toEqual(second);
    expect((await ask('PUT', at, { title: 'Newer' })).body.data).toMatchObject({ poster: second, posterUrl: second.large });
    const link = 'https://example.org/a.jpg';
    expect((await ask('PATCH', at, { posterUrl: link })).body.data).toMatchObject({ poster: null, posterUrl: link });
    await expect.poll(posterFiles).toHaveLength(2);
    await upload(id);
    expect((await ask('DELETE', `${at}/poster`)).body.data).toMatchObject({ poster: null, posterUrl: null });
    await upload(id);
    await expect.poll(posterFiles).toHaveLength(4);
    await ask('DELETE', at);
    await expect.poll(posterFiles).toHaveLength(2);
    expect((await fetch(`${server.url}${second.small}`)).status).toBe(404);
  });
});

describe('Subtitles', () => {
  const SRT = Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nПривет <i>всем</i>\n');
  const add = async (id: number, file: Uint8Array = SRT, user = owner, query = 'language=ru&label=Русские') =>
    send(user, `/api/movies/${id}/subtitles?${query}`, 'subtitles', file);

  test('[MO17] are added, listed, read as WebVTT and removed', async () => {
    const { id } = await make.movie(owner);
    const { status, body } = await add(id);
    const subtitles = body.data as Subtitles;
    expect([status, subtitles]).toEqual([201, {
      id: expect.any(Number), movieId: id, language: 'ru', label: 'Русские', cueCount: 1,
      url: `/api/movies/${id}/subtitles/${subtitles.id}`, createdAt: expect.any(String),
    }]);
    expect((await server.ask('GET', `/api/movies/${id}/subtitles`)).body.data.items).toEqual([subtitles]);
    const text = await server.ask('GET', subtitles.url);
    expect(text.headers.get('content-type')).toBe('text/vtt; charset=utf-8');
    expect(text.body).toBe('WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nПривет <i>всем</i>\n');
    expect((await add(id, Buffer.from('no subtitles'))).body.code).toBe('movies.subtitles_unreadable');
    expect((await add(id, SRT, owner, 'language=not%20one&label=x')).body.code).toBe('request.invalid');
    expect((await add(id, Buffer.alloc(2 * 1024 * 1024 + 1))).status).toBe(413);
    expect((await add(id, SRT, other)).body.code).toBe('movies.not_owner');
    expect((await server.ask('DELETE', subtitles.url, { token: other.token })).body.code).toBe('movies.not_owner');
    expect((await server.ask('DELETE', subtitles.url, { token: owner.token })).status).toBe(200);
    expect((await server.ask('GET', subtitles.url)).body.code).toBe('movies.subtitles_not_found');
    for (let index = 0; index < 20; index += 1) expect((await add(id)).status).toBe(201);
    expect((await add(id)).body.code).toBe('movies.subtitles_too_many');
  });

  test('[MO17] are for those who see the film, by its signed address too', async () => {
    const { id } = await make.movie(owner, { visibility: 'rooms' });
    await server.ask('PUT', `/api/movies/${id}/file`, { token: owner.token, body: filmBytes('h264-aac.mp4') });
    const { url } = (await add(id)).body.data as Subtitles;
    expect((await server.ask('GET', url, { token: other.token })).body.code).toBe('movies.not_found');
    expect((await server.ask('GET', `/api/movies/${id}/subtitles`)).body.code).toBe('movies.not_found');
    const signed = (await server.ask('GET', `/api/movies/${id}/stream-url`, { token: owner.token })).body.data.url as string;
    const query = signed.slice(signed.indexOf('?'));
    expect((await server.ask('GET', `${url}${query}`)).status).toBe(200);
    expect((await server.ask('GET', `${url}${query.slice(0, -3)}abc`)).body.code).toBe('movies.stream_url_invalid');
  });
});
