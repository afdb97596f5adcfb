import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { filmBytes } from '../../../test/fixtures/films.ts';
import { startS3Server } from '../../../test/s3-server.ts';
import { tusFor } from '../../../test/tus.ts';

const FILM = filmBytes('h264-aac.mp4');
const DAY_MS = 24 * 60 * 60 * 1000;

for (const driver of ['folder', 's3'] as const) describe(`films in several goes, into ${driver}`, () => {
  let server: TestApp;
  let make: ReturnType<typeof factoriesFor>;
  let owner: TestUser;
  let other: TestUser;
  let tus: ReturnType<typeof tusFor>;
  let s3: Awaited<ReturnType<typeof startS3Server>> | undefined;
  let database: pg.Client;
  const query = async (text: string) => (await database.query(text)).rows as unknown[];
  beforeAll(async () => {
    s3 = driver === 's3' ? await startS3Server() : undefined;
    server = await startTestApp({
      UPLOAD_MAX_BYTES: '1MiB',
      ...(s3 && {
        STORAGE_URL: `s3://${s3.bucket}`, S3_ENDPOINT: s3.endpoint, S3_REGION: s3.region,
        S3_ACCESS_KEY_ID: s3.accessKeyId, S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
      }),
    });
    database = new pg.Client({ connectionString: server.db.connectionString });
    await database.connect();
    make = factoriesFor(server);
    [owner, other] = [await make.user(), await make.user()];
    tus = tusFor(server.url, owner.token);
  });
  afterAll(async () => {
    await database.end();
    await server.close();
    await s3?.close();
  });

  /** All that is stored, finished or not. */
  async function stored(): Promise<string[]> {
    if (s3 !== undefined) return s3.objects();
    const entries = await readdir(join(server.dataDir, 'uploads'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  }
  const storedOf = async (movieId: number) => (await stored()).filter((path) => path.includes(`movies/${movieId}/`));
  const hasFilm = async (movieId: number, film: Uint8Array) => {
    const { body } = await server.ask('GET', `/api/movies/${movieId}`);
    expect(body.data).toMatchObject({ hasFile: true, durationSeconds: expect.any(Number) });
    const address = (await server.ask('GET', `/api/movies/${movieId}/stream-url`)).body.data.url as string;
    expect(Buffer.from(await (await fetch(`${server.url}${address}`)).arrayBuffer()).equals(film)).toBe(true);
    await expect.poll(() => storedOf(movieId)).toHaveLength(1);
  };

  async function begun(length: number) {
    const { id } = await make.movie(owner);
    const { status, headers, body } = await tus.begin(id, length);
    expect([status, headers.get('upload-offset'), headers.get('tus-resumable')]).toEqual([201, '0', '1.0.0']);
    const at = headers.get('location')!;
    expect(body?.data?.url).toBe(at);
    return { id, at };
  }

  test('[MO11] arrive in goes of any size and are the movie’s when whole', async () => {
    const { id, at } = await begun(FILM.length);
    let offset = 0;
    for (const size of [1, 100, 9_000, FILM.length]) {
      const { status, headers } = await tus.send(at, offset, FILM.subarray(offset, offset + size));
      offset = Math.min(offset + size, FILM.length);
      expect([status, headers.get('upload-offset')]).toEqual([204, String(offset)]);
      expect(await tus.offset(at)).toBe(offset);
      expect((await server.ask('GET', `/api/movies/${id}`)).body.data.hasFile).toBe(offset === FILM.length);
    }
    await hasFilm(id, FILM);
    // Whoever missed the last answer still learns that all has arrived, and is not listed.
    expect(await tus.offset(at)).toBe(FILM.length);
    expect((await tus.send(at, offset, Buffer.from('x'))).body?.code).toBe('movies.upload_offset_wrong');
    expect((await tus.ask('GET', '/api/movies/uploads')).body).toMatchObject({ data: { items: [] } });
  });

  test('[MO11] go on where a cut left them, though the server still waits for the first connection', async () => {
    const { id, at } = await begun(FILM.length);
    const hanging = await tus.hang(at, 0, FILM.subarray(0, 7_000), FILM.length);
    // Who asks goes on: whatever had arrived by then counts, and the first connection is ended.
    await expect.poll(() => query(`select 1 from movie_uploads where movie_id = ${id} and writer is not null`)).toHaveLength(1);
    const offset = await tus.offset(at);
    expect(offset).toBeLessThanOrEqual(7_000);
    expect((await tus.send(at, offset, FILM.subarray(offset))).status).toBe(204);
    await hasFilm(id, FILM);
    hanging.destroy();
  });

  test('[MO11] a closed connection keeps what had arrived', async () => {
    const { id, at } = await begun(FILM.length);
    await tus.send(at, 0, FILM.subarray(0, 9_000));
    const cut = await tus.hang(at, 9_000, FILM.subarray(9_000, 10_000), FILM.length - 9_000);
    const writers = () => query(`select 1 from movie_uploads where movie_id = ${id} and writer is not null`);
    await expect.poll(writers).toHaveLength(1);
    cut.destroy();
    await expect.poll(writers).toHaveLength(0);
    const offset = await tus.offset(at);
    // Of what was on its way, as much as had come.
    expect(offset).toBeGreaterThanOrEqual(9_000);
    const listed = (await tus.ask('GET', '/api/movies/uploads')).body?.data as unknown as { items: object[] };
    expect(listed.items).toMatchObject([{ movieId: id, fileName: 'film.mp4', offsetBytes: offset, lengthBytes: FILM.length }]);
    await tus.send(at, offset, FILM.subarray(offset));
    await hasFilm(id, FILM);
  });

  test('[MO12] two who send at once: what is stored is one of them, whole', async () => {
    const { id, at } = await begun(FILM.length);
    const answers = await Promise.all([1, 2, 3, 4].map(() => tus.send(at, 0, FILM)));
    for (const { status } of answers) expect([204, 404, 409]).toContain(status);
    const offset = await tus.offset(at);
    if (offset < FILM.length) await tus.send(at, offset, FILM.subarray(offset));
    await hasFilm(id, FILM);
  });

  test('[MO12] what another node writes is left to it until its time is over', async () => {
    const { id, at } = await begun(FILM.length);
    await query(`update movie_uploads set writer = gen_random_uuid(), writer_until = now() + interval '1 hour' where movie_id = ${id}`);
    const busy = await tus.send(at, 0, FILM);
    expect([busy.status, busy.body?.code, busy.headers.get('retry-after')]).toEqual([423, 'movies.upload_busy', '5']);
    await query(`update movie_uploads set writer_until = now() - interval '1 second' where movie_id = ${id}`);
    expect((await tus.send(at, 0, FILM)).status).toBe(204);
    await hasFilm(id, FILM);
  });

  test('[MO11] a process that ended between the last byte and its record is made good by the next question', async () => {
    const { id, at } = await begun(FILM.length);
    await tus.send(at, 0, FILM);
    await hasFilm(id, FILM);
    // As it would be: the film lies under its key, and nobody has noted it.
    await query(`update movies set pending_file_key = file_key, pending_since = now(), file_key = null, file_size_bytes = null, file_mime_type = null where id = ${id}`);
    await query(`update movie_uploads set finished_at = null where movie_id = ${id}`);
    expect(await tus.offset(at)).toBe(FILM.length);
    await hasFilm(id, FILM);
  });

  test('[MO13] no film is refused after its first bytes, a broken one at its end; nothing of them stays', async () => {
    const text = await begun(100_000);
    expect((await tus.send(text.at, 0, randomBytes(5_000))).body?.code).toBe('movies.file_container_unsupported');
    expect((await tus.ask('HEAD', text.at)).status).toBe(404);
    const tiny = await begun(FILM.length);
    await tus.send(tiny.at, 0, Buffer.from('a'));
    expect((await tus.send(tiny.at, 1, Buffer.alloc(5_000, 97))).body?.code).toBe('movies.file_container_unsupported');
    // Its index is at its end.
    const film = filmBytes('moov-at-end.mp4');
    const cut = await begun(film.length);
    await tus.send(cut.at, 0, film.subarray(0, 10_000));
    expect((await tus.send(cut.at, 10_000, Buffer.alloc(film.length - 10_000))).status).toBe(422);
    for (const { id } of [text, tiny, cut]) {
      await expect.poll(() => storedOf(id)).toEqual([]);
      expect((await server.ask('GET', `/api/movies/${id}`)).body.data.hasFile).toBe(false);
    }
  });

  test('[MO13] says what is wrong with a request, and keeps what it has', async () => {
    const { id, at } = await begun(FILM.length);
    await tus.send(at, 0, FILM.subarray(0, 5_000));
    const sending = { 'upload-offset': '5000', 'content-type': 'application/offset+octet-stream' };
    const codeOf = async (answer: ReturnType<typeof tus.ask>) => (await answer).body?.code;
    expect(await codeOf(tus.send(at, 4_999, FILM))).toBe('movies.upload_offset_wrong');
    expect((await tus.send(at, 5_001, FILM)).headers.get('upload-offset')).toBe('5000');
    expect(await codeOf(tus.send(at, 5_000, FILM))).toBe('movies.file_too_large');
    expect(await codeOf(tus.ask('PATCH', at, { ...sending, 'tus-resumable': '0.2.2' }, FILM))).toBe('movies.upload_protocol_unsupported');
    expect(await codeOf(tus.ask('PATCH', at, { ...sending, 'content-type': 'video/mp4' }, FILM))).toBe('request.media_type_unsupported');
    expect(await codeOf(tus.ask('PATCH', at, { ...sending, 'upload-offset': '-1' }, FILM))).toBe('request.invalid');
    expect(await codeOf(tus.begin(id, 1024 * 1024 + 1))).toBe('movies.file_too_large');
    expect(await codeOf(tus.begin(id, 0))).toBe('movies.file_unreadable');
    expect(await codeOf(tus.begin(id, 10, 'filename not base64!'))).toBe('request.invalid');
    const theirs = tusFor(server.url, other.token);
    for (const answer of [theirs.send(at, 5_000, FILM), theirs.ask('GET', at), theirs.ask('DELETE', at), theirs.begin(id, 10)]) {
      expect(await codeOf(answer)).toBe('movies.not_owner');
    }
    expect(await tus.offset(at)).toBe(5_000);
  });

  test('[MO14] a newer upload, a cancelled one and a removed movie leave nothing', async () => {
    const { id, at } = await begun(FILM.length);
    await tus.send(at, 0, FILM.subarray(0, 5_000));
    const next = (await tus.begin(id, FILM.length)).headers.get('location')!;
    expect((await tus.send(at, 5_000, FILM.subarray(5_000))).body?.code).toBe('movies.upload_not_found');
    await expect.poll(() => storedOf(id)).toEqual([]);
    await tus.send(next, 0, FILM.subarray(0, 5_000));
    expect((await tus.ask('DELETE', next)).status).toBe(204);
    expect((await tus.ask('HEAD', next)).status).toBe(404);
    await expect.poll(() => storedOf(id)).toEqual([]);
    const last = (await tus.begin(id, FILM.length)).headers.get('location')!;
    await tus.send(last, 0, FILM.subarray(0, 5_000));
    await server.ask('DELETE', `/api/movies/${id}`, { token: owner.token });
    await expect.poll(() => storedOf(id)).toEqual([]);
  });

  test('[MO14] what nobody goes on with is cleared away after three days', async () => {
    const { id, at } = await begun(FILM.length);
    await tus.send(at, 0, FILM.subarray(0, 5_000));
    const age = (ms: number) => query(`update movies set pending_since = now() - interval '${ms} ms' where id = ${id}`);
    await age(2 * DAY_MS);
    await server.app.movieFiles.sweep(server.app.write);
    expect(await tus.offset(at)).toBe(5_000);
    await age(3 * DAY_MS + 60_000);
    await server.app.movieFiles.sweep(server.app.write);
    expect((await tus.ask('HEAD', at)).status).toBe(404);
    await expect.poll(() => storedOf(id)).toEqual([]);
    expect(await query(`select 1 from movie_uploads where movie_id = ${id}`)).toEqual([]);
  });
});
