import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpClient, createMemoryTokenStore, fingerprintOf, uploadInGoes } from '@watchparty/client';
import type { MovieUpload } from '@watchparty/protocol';
import { startTestApp, type TestApp } from './app.ts';
import { factoriesFor, type TestUser } from './factories.ts';
import { filmBytes } from './fixtures/films.ts';

let server: TestApp;
let user: TestUser;
beforeAll(async () => {
  server = await startTestApp();
  user = await factoriesFor(server).user();
});
afterAll(() => server.close());

const FILM = filmBytes('h264-aac.mp4');
const film = new Blob([Uint8Array.from(FILM)]);
const NEVER = new AbortController().signal;
const pause = () => Promise.resolve();

/** A client whose n-th PATCH meets `harm`. */
function clientWith(harm: (n: number, send: (share: number) => Promise<Response>) => Promise<Response>) {
  let patches = 0;
  return createHttpClient({
    baseUrl: server.url, pause, tokens: createMemoryTokenStore({ accessToken: user.token, refreshToken: user.refreshToken }),
    fetch: async (input, init) => {
      if (init?.method !== 'PATCH') return fetch(input, init);
      patches += 1;
      const body = init.body as Blob;
      return harm(patches, (share) => fetch(input, { ...init, body: share === 1 ? body : body.slice(0, Math.floor(body.size * share)) }));
    },
  });
}

test('a film arrives whole over lost parts, lost answers and a refusal that passes, with progress and no part sent in vain', async () => {
  const { movies } = clientWith(async (n, send) => {
    if (n === 2) throw new TypeError('no network');
    if (n === 4) return send(0.5).then(() => { throw new TypeError('cut'); });
    if (n === 6) return send(1).then(() => { throw new TypeError('the answer got lost'); });
    if (n === 7) return Response.json({ code: 'movies.upload_busy', status: 423, detail: '' }, { status: 423, headers: { 'content-type': 'application/problem+json' } });
    return send(1);
  });
  const { id } = await movies.create({ title: 'In goes' });
  const told: number[] = [];
  const waits: boolean[] = [];
  const done = await uploadInGoes(movies, {
    movieId: id, film, fileName: 'film.mp4', signal: NEVER, pause, partBytes: 3_000,
    onProgress: ({ sentBytes }) => told.push(sentBytes), onWaiting: (waiting) => waits.push(waiting),
  });
  expect(done.hasFile).toBe(true);
  expect(told.at(-1)).toBe(FILM.length);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(waits.filter(Boolean)).toHaveLength(4);
  const got = await (await movies.stream(id)).arrayBuffer();
  expect(Buffer.from(got).equals(FILM)).toBe(true);
});

test('a paused upload is known again by its file and goes on where it was', async () => {
  const stop = new AbortController();
  const first = clientWith((n, send) => {
    if (n === 3) stop.abort(new Error('paused'));
    return send(1);
  });
  const { id } = await first.movies.create({ title: 'Paused' });
  const going = uploadInGoes(first.movies, { movieId: id, film, fileName: 'film.mp4', signal: stop.signal, pause, partBytes: 3_000 });
  await expect(going).rejects.toThrow('paused');

  let sent = 0;
  const later = clientWith((_n, send) => {
    sent += 1;
    return send(1);
  });
  const { items } = await later.movies.uploads();
  const upload = items.find(({ movieId }) => movieId === id) as MovieUpload;
  expect(upload).toMatchObject({ fileName: 'film.mp4', lengthBytes: FILM.length, fingerprint: await fingerprintOf(film) });
  expect(upload.offsetBytes).toBeGreaterThanOrEqual(6_000);
  expect(await fingerprintOf(new Blob([randomBytes(FILM.length)]))).not.toBe(upload.fingerprint);
  await uploadInGoes(later.movies, { movieId: id, film, fileName: 'film.mp4', upload, signal: NEVER, pause, partBytes: 3_000 });
  expect(sent).toBeLessThanOrEqual(Math.ceil((FILM.length - 6_000) / 3_000));
  expect((await later.movies.get(id)).hasFile).toBe(true);
});

test('what no try can mend is told at once', async () => {
  const { movies } = clientWith((_n, send) => send(1));
  const { id } = await movies.create({ title: 'No film' });
  const going = uploadInGoes(movies, { movieId: id, film: new Blob([randomBytes(50_000)]), fileName: 'x', signal: NEVER, pause });
  await expect(going).rejects.toMatchObject({ code: 'movies.file_container_unsupported' });
  const gone = uploadInGoes(movies, {
    movieId: id, film, fileName: 'x', signal: NEVER, pause, upload: { id: '01890a5d-ac96-774b-bcce-b302099a8057' } as MovieUpload,
  });
  await expect(gone).rejects.toMatchObject({ code: 'movies.upload_not_found' });
});
