import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { type FilmName, filmBytes } from '../../../test/fixtures/films.ts';
import type { Actor } from '../../kernel/actor.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let owner: TestUser;
let other: TestUser;
beforeAll(async () => {
  server = await startTestApp({ UPLOAD_MAX_BYTES: '1MiB' });
  make = factoriesFor(server);
  [owner, other] = [await make.user(), await make.user()];
});
afterAll(() => server.close());

const upload = (id: number, body: Uint8Array, token = owner.token) =>
  server.ask('PUT', `/api/movies/${id}/file`, { token, body, headers: { 'content-type': 'video/mp4' } });

/** Without a Content-Length. */
async function uploadInChunks(id: number, chunks: Uint8Array[]): Promise<{ status: number | undefined; body: unknown }> {
  const sending = httpRequest(`${server.url}/api/movies/${id}/file`, {
    method: 'PUT', headers: { authorization: `Bearer ${owner.token}` },
  });
  sending.on('error', () => {});
  Readable.from(chunks).pipe(sending);
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await json(response) };
}

/** Everything in the storage, finished or not, relative to its folder. */
async function stored(): Promise<string[]> {
  const folder = join(server.dataDir, 'uploads');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

/** Effects follow the answer; waits for the storage to hold just this many files. */
const expectStored = (count: number) => vi.waitFor(async () => expect(await stored()).toHaveLength(count), { timeout: 5000 });

describe('What is taken', () => {
  test.each(['h264-aac.mp4', 'moov-at-end.mp4', 'fragmented.mp4', 'vp9-opus.webm', 'live-recorded.webm'] as const)(
    '[MO5] %s is taken for what it is, whatever type it claims', async (name) => {
      const { id } = await make.movie(owner);
      const { status, body } = await upload(id, filmBytes(name));
      expect([status, body.data?.hasFile]).toEqual([200, true]);
      const { body: address } = await server.ask('GET', `/api/movies/${id}/stream-url`);
      expect(address.data.mimeType).toBe(name.endsWith('webm') ? 'video/webm' : 'video/mp4');
    },
  );

  const refused: [FilmName, number, string][] = [
    ['matroska.mkv', 415, 'movies.file_container_unsupported'], ['quicktime.mov', 415, 'movies.file_container_unsupported'],
    ['riff.avi', 415, 'movies.file_container_unsupported'], ['transport-stream.ts', 415, 'movies.file_container_unsupported'],
    ['text.mp4', 415, 'movies.file_container_unsupported'], ['mpeg4-part2.mp4', 415, 'movies.file_codec_unsupported'],
    ['truncated.mp4', 422, 'movies.file_truncated'], ['audio-only.mp4', 422, 'movies.file_unreadable'],
  ];
  test.each(refused)('[MO5] [MO6] %s is refused: %i %s, and nothing stays', async (name, status, code) => {
    const { id } = await make.movie(owner);
    const before = (await stored()).length;
    const answer = await upload(id, filmBytes(name));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.detail).not.toBe('');
    await expectStored(before);
    expect((await server.ask('GET', `/api/movies/${id}`)).body.data.hasFile).toBe(false);
  });

  test('[MO6] Too large, announced or not, and empty bodies are refused', async () => {
    const { id } = await make.movie(owner);
    const before = (await stored()).length;
    const large = new Uint8Array(1024 * 1024 + 1);
    large.set(filmBytes('h264-aac.mp4'));
    expect(await upload(id, large)).toMatchObject({ status: 413, body: { code: 'movies.file_too_large' } });
    expect(await upload(id, new Uint8Array(0))).toMatchObject({ status: 422, body: { code: 'movies.file_unreadable' } });
    expect(await uploadInChunks(id, [large.subarray(0, 500_000), large.subarray(500_000)])).toMatchObject({
      status: 413, body: { code: 'movies.file_too_large' },
    });
    await expectStored(before);
  });

  test('Only the owner uploads; others are refused before a byte is stored', async () => {
    const { id } = await make.movie(owner);
    expect(await upload(id, filmBytes('h264-aac.mp4'), other.token)).toMatchObject({ status: 403, body: { code: 'movies.not_owner' } });
    const hidden = await make.movie(owner, { visibility: 'rooms' });
    expect((await upload(hidden.id, filmBytes('h264-aac.mp4'), other.token)).status).toBe(404);
  });
});

describe('What is left', () => {
  test('[MO6] A connection that breaks leaves the old file serving and nothing of the new one', async () => {
    const { id } = await make.movie(owner);
    const film = filmBytes('h264-aac.mp4');
    await upload(id, film);
    const before = (await stored()).length;
    await new Promise<void>((resolve) => {
      const sending = httpRequest(`${server.url}/api/movies/${id}/file`, {
        method: 'PUT', headers: { authorization: `Bearer ${owner.token}`, 'content-length': film.length },
      });
      sending.on('error', () => {});
      sending.on('close', () => resolve());
      sending.write(film.subarray(0, 10_000), () => setTimeout(() => sending.destroy(), 50));
    });
    await expectStored(before);
    const whole = await fetch(`${server.url}/api/movies/${id}/stream`);
    expect(Buffer.from(await whole.arrayBuffer()).equals(film)).toBe(true);
    const { database } = server.db;
    await vi.waitFor(async () => {
      const row = await database.kysely.selectFrom('movies').select('pending_file_key').where('id', '=', id).executeTakeFirstOrThrow();
      expect(row.pending_file_key).toBeNull();
    });
  });

  test('[MO4] [MO7] A new file takes the old one’s place in the storage; a removed movie takes its file along', async () => {
    const { id } = await make.movie(owner);
    await upload(id, filmBytes('h264-aac.mp4'));
    const count = (await stored()).length;
    await upload(id, filmBytes('vp9-opus.webm'));
    await expectStored(count);
    const now = await fetch(`${server.url}/api/movies/${id}/stream`);
    expect(Buffer.from(await now.arrayBuffer()).equals(filmBytes('vp9-opus.webm'))).toBe(true);
    await server.ask('DELETE', `/api/movies/${id}`, { token: owner.token });
    await expectStored(count - 1);
  });

  test('[MO7] Of two uploads at once the one begun last counts, and the other leaves nothing', async () => {
    const { id } = await make.movie(owner);
    const before = (await stored()).length;
    const film = filmBytes('h264-aac.mp4');
    const gate = Promise.withResolvers<void>();
    const actor: Actor = { userId: owner.id, username: owner.username, role: 'user', sessionId: owner.sessionId };
    const { movieFiles, write } = server.app;
    async function* slowly() {
      yield film.subarray(0, 20_000);
      await gate.promise;
      yield film.subarray(20_000);
    }
    const signal = new AbortController().signal;
    const first = movieFiles.upload(write, actor, id, { stream: Readable.from(slowly()), contentLength: film.length, signal });
    const firstEnd = first.then(() => 'done', (error: { code: string }) => error.code);
    await vi.waitFor(async () => expect((await stored()).length).toBe(before + 1));
    expect((await upload(id, filmBytes('vp9-opus.webm'))).status).toBe(200);
    gate.resolve();
    expect(await firstEnd).toBe('movies.upload_superseded');
    await expectStored(before + 1);
    const now = await fetch(`${server.url}/api/movies/${id}/stream`);
    expect(now.headers.get('content-type')).toBe('video/webm');
  });

  test('[MO6] What a killed process left behind is cleared away after a day', async () => {
    const { id } = await make.movie(owner);
    const before = (await stored()).length;
    const { kysely } = server.db.database;
    const key = `movies/${id}/left-behind`;
    const { createStorage } = await import('../../storage/index.ts');
    const storage = createStorage(join(server.dataDir, 'uploads'), { clock: { now: Date.now }, newId: () => 'x' });
    await storage.put(key, Readable.from([filmBytes('h264-aac.mp4')]), { maxBytes: 1e6 });
    const mark = (since: Date) =>
      kysely.updateTable('movies').set({ pending_file_key: key, pending_since: since }).where('id', '=', id).execute();
    await mark(new Date(Date.now() - 23 * 3600_000));
    await server.app.movieFiles.sweep(server.app.write);
    expect(await stored()).toHaveLength(before + 1);
    await mark(new Date(Date.now() - 25 * 3600_000));
    expect(await server.app.movieFiles.sweep(server.app.write)).toBe(1);
    await expectStored(before);
  });
});
