import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { filmBytes, type FilmName } from '../../../test/fixtures/films.ts';
import { createStorage, type Storage } from '../../storage/index.ts';
import { receiveFilm, type FilmUpload } from './upload.ts';

const KEY = 'movies/12/film.mp4';
const GIB = 1024 ** 3;

async function setUp(): Promise<{ storage: Storage; nothingIsLeft: () => Promise<void>; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'watchparty-upload-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  const storage = createStorage(folder, { clock: { now: () => Date.now() }, newId: () => randomUUID() });
  onTestFinished(async () => await storage.close());
  const nothingIsLeft = async (): Promise<void> => {
    expect(await readdir(folder)).toEqual(['.incoming']);
    expect(await readdir(join(folder, '.incoming'))).toEqual([]);
  };
  return { storage, nothingIsLeft, folder };
}

/** A body that counts how many bytes of it were taken. */
function body(bytes: Uint8Array, pieceBytes = 4096): { source: AsyncIterable<Uint8Array>; taken: () => number } {
  let taken = 0;
  return {
    taken: () => taken,
    source: (async function* () {
      for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
        const piece = bytes.subarray(at, at + pieceBytes);
        taken += piece.byteLength;
        yield piece;
      }
    })(),
  };
}

function upload(storage: Storage, source: AsyncIterable<Uint8Array>, change: Partial<FilmUpload> = {}): FilmUpload {
  const { signal } = new AbortController();
  return { storage, key: KEY, source, contentLength: undefined, maxBytes: GIB, signal, ...change };
}

describe('receiveFilm', () => {
  test.each<[FilmName, string]>([['h264-aac.mp4', 'video/mp4'], ['live-recorded.webm', 'video/webm']])(
    'stores %s and says what it is',
    async (name, mimeType) => {
      const { storage } = await setUp();
      const film = filmBytes(name);
      const { object, video } = await receiveFilm(upload(storage, body(film).source, { contentLength: film.length }));
      expect(object).toEqual(await storage.head(KEY));
      expect(object.sizeBytes).toBe(film.length);
      expect(video.mimeType).toBe(mimeType);
    },
  );

  test('takes a body that comes byte by byte, without a length', async () => {
    const { storage } = await setUp();
    const { object } = await receiveFilm(upload(storage, body(filmBytes('h264-aac.mp4'), 1).source));
    expect(object.sizeBytes).toBe(filmBytes('h264-aac.mp4').length);
  });

  test.each<[FilmName, string]>([
    ['matroska.mkv', 'movies.file_container_unsupported'],
    ['text.mp4', 'movies.file_container_unsupported'],
    ['mpeg4-part2.mp4', 'movies.file_codec_unsupported'],
    ['audio-only.mp4', 'movies.file_unreadable'],
    ['truncated.mp4', 'movies.file_truncated'],
  ])('refuses %s and keeps nothing of it', async (name, code) => {
    const { storage, nothingIsLeft } = await setUp();
    await expect(receiveFilm(upload(storage, body(filmBytes(name)).source))).rejects.toMatchObject({ code });
    await nothingIsLeft();
  });

  test('refuses another container while it is still coming', async () => {
    const { storage, nothingIsLeft } = await setUp();
    const { source, taken } = body(Buffer.concat([filmBytes('matroska.mkv'), Buffer.alloc(50_000_000)]), 65_536);
    const code = 'movies.file_container_unsupported';
    await expect(receiveFilm(upload(storage, source))).rejects.toMatchObject({ code });
    expect(taken()).toBe(65_536);
    await nothingIsLeft();
  });

  test('refuses an announced length over the limit before the first byte', async () => {
    const { storage, nothingIsLeft } = await setUp();
    const { source, taken } = body(filmBytes('h264-aac.mp4'));
    const tooLong = upload(storage, source, { contentLength: 1001, maxBytes: 1000 });
    await expect(receiveFilm(tooLong)).rejects.toMatchObject({ code: 'movies.file_too_large', status: 413 });
    expect(taken()).toBe(0);
    await nothingIsLeft();
  });

  test('refuses at the limit what is not announced', async () => {
    const { storage, nothingIsLeft } = await setUp();
    const { source, taken } = body(filmBytes('h264-aac.mp4'), 1000);
    await expect(receiveFilm(upload(storage, source, { maxBytes: 5500 }))).rejects.toMatchObject({
      code: 'movies.file_too_large',
    });
    expect(taken()).toBe(6000);
    await nothingIsLeft();
  });

  test('refuses what the disk has no room for before the first byte, and keeps a reserve', async () => {
    const { storage, nothingIsLeft } = await setUp();
    const film = filmBytes('h264-aac.mp4');
    const reserve = 64 * 1024 * 1024;
    const withFree = (bytes: number | undefined): Storage => ({ ...storage, freeBytes: async () => bytes });
    for (const contentLength of [film.length, undefined]) {
      const { source, taken } = body(film);
      const tight = withFree(reserve + (contentLength ?? 0) - 1);
      await expect(receiveFilm(upload(tight, source, { contentLength }))).rejects.toMatchObject({
        code: 'storage.full',
        status: 507,
      });
      expect(taken()).toBe(0);
      await nothingIsLeft();
    }
    for (const free of [reserve + film.length, undefined]) {
      await receiveFilm(upload(withFree(free), body(film).source, { contentLength: film.length }));
    }
  });

  test('stops a body of unknown length when the disk runs short on the way', async () => {
    const { storage, nothingIsLeft } = await setUp();
    let free = 100 * 1024 * 1024;
    const shrinking: Storage = { ...storage, freeBytes: async () => (free -= 20 * 1024 * 1024) };
    const { source, taken } = body(Buffer.concat([filmBytes('h264-aac.mp4'), Buffer.alloc(40 * 1024 * 1024)]), 65_536);
    await expect(receiveFilm(upload(shrinking, source))).rejects.toMatchObject({ code: 'storage.full' });
    expect(taken()).toBeLessThan(17 * 1024 * 1024);
    await nothingIsLeft();
  });

  test('refuses an empty body', async () => {
    const { storage, nothingIsLeft } = await setUp();
    for (const contentLength of [0, undefined]) {
      const empty = upload(storage, body(Buffer.alloc(0)).source, { contentLength });
      await expect(receiveFilm(empty)).rejects.toMatchObject({ code: 'movies.file_unreadable' });
    }
    await nothingIsLeft();
  });

  test('keeps nothing of a body that breaks off, whether or not it says so', async () => {
    const { storage, nothingIsLeft } = await setUp();
    const film = filmBytes('h264-aac.mp4');
    const aborted = new Error('aborted');
    const breaking = async function* (): AsyncGenerator<Uint8Array> {
      yield film.subarray(0, 9000);
      throw aborted;
    };
    await expect(receiveFilm(upload(storage, breaking(), { contentLength: film.length }))).rejects.toBe(aborted);
    await nothingIsLeft();
    const short = upload(storage, body(film).source, { contentLength: film.length + 1 });
    await expect(receiveFilm(short)).rejects.toMatchObject({ code: 'movies.file_truncated' });
    await nothingIsLeft();
  });

  test('an abort ends it while the film is being read', async () => {
    const { storage, nothingIsLeft } = await setUp();
    const controller = new AbortController();
    const film = filmBytes('h264-aac.mp4');
    const source = (async function* () {
      yield film;
      setImmediate(() => controller.abort(new Error('shutting down')));
    })();
    await expect(receiveFilm(upload(storage, source, { signal: controller.signal }))).rejects.toThrow('shutting down');
    await nothingIsLeft();
  });

  test('ST6 a film of 1 GiB takes no more memory than a small one', async () => {
    const { folder } = await setUp();
    const script = fileURLToPath(new URL('./test/large-upload.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, join(folder, 'large'), String(GIB)]);
    expect(JSON.parse(stdout)).toMatchObject({ sizeBytes: GIB, video: { durationSeconds: 2, videoCodec: 'h264' } });
    expect(JSON.parse(stdout).rssGrowthBytes).toBeLessThan(100 * 1024 * 1024);
  });
});
