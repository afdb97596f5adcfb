import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { filmBytes } from '../../../test/fixtures/films.ts';
import { createStreamUrls, lifetimeSeconds } from './stream-url.ts';

const film = filmBytes('h264-aac.mp4');
let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let owner: TestUser;
let movieId: number;
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  owner = await make.user();
  movieId = (await make.movie(owner)).id;
  await server.ask('PUT', `/api/movies/${movieId}/file`, { token: owner.token, body: film, headers: { 'content-type': 'video/mp4' } });
});
afterAll(() => server.close());

const stream = (headers: Record<string, string> = {}, method = 'GET', path = `/api/movies/${movieId}/stream`) =>
  fetch(`${server.url}${path}`, { method, headers });
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

describe('Ranges', () => {
  test('[MO8] The whole film, with what a player needs to ask for parts', async () => {
    const response = await stream();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'video/mp4', 'content-length': String(film.length), 'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"[0-9a-f]+"$/), 'last-modified': expect.stringContaining('GMT'),
      'x-content-type-options': 'nosniff',
    });
    expect((await bytesOf(response)).equals(film)).toBe(true);
  });

  test('[MO8] Any satisfiable range gives just its bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(film.length - 1), fc.nat(film.length + 1000), async (start, length) => {
        const response = await stream({ range: `bytes=${start}-${start + length}` });
        const end = Math.min(film.length - 1, start + length);
        expect(response.status).toBe(206);
        expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end}/${film.length}`);
        expect((await bytesOf(response)).equals(film.subarray(start, end + 1))).toBe(true);
      }),
      { numRuns: 50 },
    );
    expect((await bytesOf(await stream({ range: 'bytes=-100' }))).equals(film.subarray(-100))).toBe(true);
    expect((await bytesOf(await stream({ range: `bytes=${film.length - 1}-` }))).length).toBe(1);
  });

  test('[MO8] A range past the end is refused with the size', async () => {
    const response = await stream({ range: `bytes=${film.length}-` });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe(`bytes */${film.length}`);
    expect(await response.json()).toMatchObject({ success: false, code: 'movies.range_unsatisfiable' });
  });

  test('[MO8] If-Range: a range of what is still the same film, else all of the new one', async () => {
    const { headers } = await stream({}, 'HEAD');
    for (const validator of [headers.get('etag')!, headers.get('last-modified')!]) {
      expect((await stream({ range: 'bytes=0-9', 'if-range': validator })).status).toBe(206);
    }
    expect((await stream({ range: 'bytes=0-9', 'if-range': '"other"' })).status).toBe(200);
    expect((await stream({ range: 'bytes=0-9', 'if-range': new Date(0).toUTCString() })).status).toBe(200);
    expect((await stream({ 'if-none-match': headers.get('etag')! })).status).toBe(304);
  });

  test('[MO8] HEAD says what GET would, without the bytes', async () => {
    const head = await stream({ range: 'bytes=0-9' }, 'HEAD');
    expect(head.status).toBe(206);
    expect(head.headers.get('content-length')).toBe('10');
    expect((await bytesOf(head)).length).toBe(0);
    const whole = await stream({}, 'HEAD');
    expect(whole.headers.get('content-length')).toBe(String(film.length));
  });

  test('A movie without a file has no stream', async () => {
    const { id } = await make.movie(owner);
    expect(await server.ask('GET', `/api/movies/${id}/stream`)).toMatchObject({ status: 404, body: { code: 'movies.no_file' } });
    expect(await server.ask('GET', `/api/movies/${id}/stream-url`)).toMatchObject({ status: 404, body: { code: 'movies.no_file' } });
  });
});

describe('Signed addresses', () => {
  test('[MO9] Someone in the room reads with the address alone, and no further range once out of the room', async () => {
    const guest = await make.user();
    const { id } = await make.movie(owner, { visibility: 'rooms' });
    await server.ask('PUT', `/api/movies/${id}/file`, { token: owner.token, body: film });
    const room = await make.room(owner, { movieId: id });
    expect((await server.ask('GET', `/api/movies/${id}/stream-url`, { token: guest.token })).status).toBe(404);
    await server.ask('POST', `/api/rooms/${room.id}/join`, { token: guest.token });
    const { body } = await server.ask('GET', `/api/movies/${id}/stream-url`, { token: guest.token });
    expect(Date.parse(body.data.expiresAt)).toBeGreaterThan(Date.now() + 59 * 60_000);
    expect(Date.parse(body.data.expiresAt)).toBeLessThan(Date.now() + 61 * 60_000);
    expect((await stream({ range: 'bytes=0-9' }, 'GET', body.data.url)).status).toBe(206);
    expect((await stream({ range: 'bytes=0-9' }, 'GET', `/api/movies/${id}/stream`)).status).toBe(404);

    await server.ask('DELETE', `/api/rooms/${room.id}/participants/${guest.id}`, { token: owner.token });
    expect((await stream({ range: 'bytes=10-19' }, 'GET', body.data.url)).status).toBe(404);
  });

  test('[MO10] Changed in any part, an address is refused, even beside a good token', async () => {
    const { body } = await server.ask('GET', `/api/movies/${movieId}/stream-url`, { token: owner.token });
    const url = new URL(body.data.url, server.url);
    const elsewhere = (await make.movie(owner)).id;
    const changes: [string, (changed: URL) => void][] = [
      ['another user', (changed) => changed.searchParams.set('user', String(owner.id + 1))],
      ['a later end', (changed) => changed.searchParams.set('expires', String(Number(url.searchParams.get('expires')) + 1))],
      ['another signature', (changed) => changed.searchParams.set('signature', 'A'.repeat(43))],
      ['no signature', (changed) => changed.searchParams.delete('signature')],
      ['another movie', (changed) => (changed.pathname = `/api/movies/${elsewhere}/stream`)],
    ];
    for (const [what, change] of changes) {
      const changed = new URL(url);
      change(changed);
      const { status, body: refused } = await server.ask('GET', changed.pathname + changed.search, { token: owner.token });
      expect([what, status, refused.code]).toEqual([what, 403, 'movies.stream_url_invalid']);
    }
    expect((await stream({}, 'GET', body.data.url)).status).toBe(200);
  });

  test('[MO10] An expired address is refused', () => {
    const urls = createStreamUrls(new Uint8Array(32));
    const grant = { movieId: 1, userId: 2, expires: 1000 };
    const signature = new URL(urls.sign(grant), 'http://x').searchParams.get('signature')!;
    expect(() => urls.verify(grant, signature, 999_999)).not.toThrow();
    expect(() => urls.verify(grant, signature, 1_000_000)).toThrow('not valid any more');
    expect(() => createStreamUrls(new Uint8Array(32).fill(1)).verify(grant, signature, 0)).toThrow('not valid any more');
  });

  test('An address lives twice the film, between an hour and half a day', () => {
    expect([60, 3600, 7200, 86_400].map(lifetimeSeconds)).toEqual([3600, 7200, 14_400, 43_200]);
  });
});
