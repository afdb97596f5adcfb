import type { Readable } from 'node:stream';
import type { ErrorCode, MovieUpload } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { timeOfUuidv7, uuidv7 } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import { ObjectTooLargeError, type Storage } from '../../storage/index.ts';
import { readVideo, SNIFF_BYTES, type Video } from './container/index.ts';
import * as repo from './film-uploads.repo.ts';
import { adoptFilm, RESUMABLE_FOR_MS } from './movie-files.ts';
import { fileRemoved } from './movies.effects.ts';
import { mayChange } from './movies.policy.ts';
import * as moviesRepo from './movies.repo.ts';
import type { Movies } from './movies.ts';
import { requireRoom, tooLarge, watched } from './upload.ts';
import { createWriters } from './writers.ts';

export interface FilmUploadsDeps {
  readonly movies: Movies;
  readonly queries: Queries;
  readonly storage: Storage;
  /** For what must be known whatever becomes of the request: who writes. */
  readonly write: Write;
  readonly maxBytes: number;
  /** This node's, new at each start. */
  readonly nodeId: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface NewUpload {
  readonly lengthBytes: number;
  readonly fileName: string;
  readonly fingerprint: string | null;
}

export interface IncomingBytes {
  readonly stream: Readable;
  readonly contentLength: number | undefined;
  readonly offset: number;
  readonly signal: AbortSignal;
}

export type FilmUploads = ReturnType<typeof createFilmUploads>;

/** Long enough for a slow database, short for whoever waits after a node was killed. */
const LEASE_SECONDS = 15;
const RENEW_EVERY_MS = 5_000;
const MAX_LISTED = 100;
/** Sending the rest would change nothing. */
const HOPELESS = new Set<ErrorCode>([
  'movies.file_container_unsupported', 'movies.file_codec_unsupported', 'movies.file_unreadable', 'movies.file_truncated',
]);

/** Films that arrive in several goes: SPEC.md, MO11 and following. */
export function createFilmUploads({ movies, queries, storage, write: writeApart, maxBytes, nodeId, clock, log }: FilmUploadsDeps) {
  const now = (): Date => new Date(clock.now());
  const writers = createWriters();

  /** The upload, of whoever may change its movie. */
  async function find(actor: Actor, movieId: number, id: string): Promise<repo.FoundUpload> {
    if (!mayChange(await movies.visible(movieId, actor), actor)) throw new Problem('movies.not_owner');
    const found = await repo.find(queries, movieId, id);
    if (found === undefined || (keyOf(found) !== found.pending_file_key && !isFinished(found))) throw new Problem('movies.upload_not_found');
    return found;
  }

  async function view(found: repo.FoundUpload): Promise<MovieUpload> {
    const finished = isFinished(found);
    return viewOf(found, finished ? found.length_bytes : (await storage.arrived(keyOf(found))).sizeBytes, now());
  }

  /** Runs `work` as the only writer of all nodes, and says so for as long as it takes. */
  async function leased<T>(id: string, work: () => Promise<T>): Promise<T> {
    const taken = await writeApart(async (tx) => repo.lease(tx, id, nodeId, LEASE_SECONDS));
    if (!taken) throw new Problem('movies.upload_busy', { retryAfterSeconds: RENEW_EVERY_MS / 1000 });
    const renewal = setInterval(() => {
      writeApart((tx) => repo.lease(tx, id, nodeId, LEASE_SECONDS)).catch((err: unknown) => {
        log.warn({ err, upload: id }, 'Could not say that an upload is under way');
      });
    }, RENEW_EVERY_MS);
    try {
      return await work();
    } finally {
      clearInterval(renewal);
      await writeApart((tx) => repo.release(tx, id, nodeId)).catch((err: unknown) => {
        log.warn({ err, upload: id }, 'Could not say that an upload rests; others will know in a moment');
      });
    }
  }

  /** All bytes are there: checks them and makes them the movie's film. What is no film is forgotten. */
  async function finish(write: Write, actor: Actor, found: repo.FoundUpload): Promise<void> {
    const key = keyOf(found);
    let video: Video | undefined;
    try {
      const object = await storage.complete(key, {
        inspect: async (file) => {
          video = await readVideo(file);
        },
      });
      if (video === undefined) throw new Error('the storage has not shown the film before publishing it');
      await adoptFilm(write, { movies, actor, movieId: found.movie_id, key, object, video, now: now() });
    } catch (error) {
      if (error instanceof Problem && HOPELESS.has(error.code)) await withdraw(writeApart, found);
      throw error;
    }
  }

  async function withdraw(write: Write, { movie_id: movieId, id }: repo.FoundUpload): Promise<void> {
    const key = keyOf({ movie_id: movieId, id });
    await write(async (tx, effects) => {
      const row = await moviesRepo.lock(tx, movieId);
      if (row?.pending_file_key !== key) return;
      await moviesRepo.update(tx, movieId, { pending_file_key: null, pending_since: null });
      await repo.remove(tx, movieId);
      effects.add(fileRemoved.of({ key }));
    });
  }

  /** What was stored after another upload, or the end of the movie, had cleared this one away. */
  async function forgetSuperseded(found: repo.FoundUpload): Promise<void> {
    const key = keyOf(found);
    try {
      const movie = await moviesRepo.find(queries, found.movie_id);
      if (movie?.pending_file_key === key || movie?.file_key === key) return;
      await storage.discard(key);
      await storage.delete(key);
    } catch (err) {
      log.warn({ err, key }, 'Could not look whether an upload is still wanted');
    }
  }

  async function append(found: repo.FoundUpload, incoming: IncomingBytes, stopped: AbortSignal): Promise<number> {
    const key = keyOf(found);
    const length = found.length_bytes;
    const arrived = await storage.arrived(key);
    if (arrived.sizeBytes !== incoming.offset) throw offsetWrong(arrived.sizeBytes);
    if (incoming.contentLength !== undefined && incoming.offset + incoming.contentLength > length) throw longerThanAnnounced();
    await writeApart(async (tx) => {
      const row = await moviesRepo.lock(tx, found.movie_id);
      if (row?.pending_file_key !== key) throw new Problem('movies.upload_superseded');
      await moviesRepo.update(tx, found.movie_id, { pending_since: now() });
    });
    const head = await arrived.read(0, Math.min(SNIFF_BYTES, arrived.sizeBytes));
    const source = watched(incoming.stream, { storage, head, offset: incoming.offset, sizeBytes: length });
    try {
      return await storage.append(key, incoming.offset, source, {
        maxBytes: length, signal: AbortSignal.any([incoming.signal, stopped]),
      });
    } catch (error) {
      if (error instanceof ObjectTooLargeError) throw longerThanAnnounced();
      if (error instanceof Problem && HOPELESS.has(error.code)) await withdraw(writeApart, found);
      throw error;
    }
  }

  return {
    /** Begins an upload in several goes; one that the movie has already is forgotten. */
    async begin(write: Write, actor: Actor, movieId: number, { lengthBytes, fileName, fingerprint }: NewUpload): Promise<MovieUpload> {
      if (lengthBytes > maxBytes) throw tooLarge(maxBytes);
      if (!mayChange(await movies.visible(movieId, actor), actor)) throw new Problem('movies.not_owner');
      await requireRoom(storage, lengthBytes);
      const id = uuidv7(clock.now());
      const at = now();
      return write(async (tx, effects) => {
        const { title, pending_file_key: older } = await movies.lockChangeable(tx, movieId, actor);
        const row = {
          id, movie_id: movieId, user_id: actor.userId, length_bytes: lengthBytes, file_name: fileName, fingerprint, created_at: at,
        };
        await moviesRepo.update(tx, movieId, { pending_file_key: keyOf(row), pending_since: at });
        await repo.replace(tx, row);
        if (older !== null) effects.add(fileRemoved.of({ key: older }));
        return viewOf({ ...row, title, pending_since: at }, 0, at);
      });
    },

    /**
     * How far an upload is. Who asks is about to go on: whatever this node still receives of it is ended first, and what
     * has arrived whole but was not taken in yet, is.
     */
    async look(write: Write, actor: Actor, movieId: number, id: string): Promise<MovieUpload> {
      const found = await find(actor, movieId, id);
      if (isFinished(found)) return view(found);
      return writers.alone(id, async () => {
        const arrived = await arrivedBytes(found);
        if (arrived < found.length_bytes) return viewOf(found, arrived, now());
        await leased(id, async () => {
          try {
            await finish(write, actor, found);
          } finally {
            await forgetSuperseded(found);
          }
        });
        return viewOf(found, found.length_bytes, now());
      });
    },

    /**
     * Takes bytes in behind those that have arrived, and the film with the last of them. Whatever breaks it off, what has
     * arrived stays, unless it is no film. Answers how many there are.
     */
    async receive(write: Write, actor: Actor, movieId: number, id: string, incoming: IncomingBytes): Promise<MovieUpload> {
      const found = await find(actor, movieId, id);
      if (isFinished(found)) throw offsetWrong(found.length_bytes);
      return writers.alone(id, (stopped) => leased(id, async () => {
        try {
          const arrived = await append(found, incoming, stopped);
          if (arrived === found.length_bytes) await finish(write, actor, found);
          return viewOf(found, arrived, now());
        } finally {
          await forgetSuperseded(found);
        }
      }));
    },

    /** Forgets an upload and what has arrived of it. */
    async cancel(write: Write, actor: Actor, movieId: number, id: string): Promise<void> {
      const found = await find(actor, movieId, id);
      await writers.alone(id, async () => withdraw(write, found));
    },

    /** One's own that are not finished. */
    async listOwn(actor: Actor): Promise<MovieUpload[]> {
      const rows = await repo.listUnfinished(queries, actor.userId, MAX_LISTED);
      return Promise.all(rows.filter((row) => keyOf(row) === row.pending_file_key).map(view));
    },

    /** Removes rows that say nothing any more; answers how many. */
    sweep: (write: Write): Promise<number> =>
      write((tx) => repo.removeOld(tx, new Date(clock.now() - RESUMABLE_FOR_MS))),
  };

  /** All of them too when the film lies there already, and only its row was not written. */
  async function arrivedBytes(found: repo.FoundUpload): Promise<number> {
    const { sizeBytes } = await storage.arrived(keyOf(found));
    if (sizeBytes > 0) return sizeBytes;
    return (await storage.head(keyOf(found)))?.sizeBytes ?? 0;
  }
}

const keyOf = ({ movie_id: movieId, id }: Pick<repo.UploadRow, 'movie_id' | 'id'>): string => `movies/${movieId}/${id}`;
const isFinished = (found: repo.FoundUpload): boolean => found.finished_at !== null && found.file_key === keyOf(found);

const offsetWrong = (arrivedBytes: number): Problem => new Problem('movies.upload_offset_wrong', {
  detail: `${arrivedBytes} bytes have arrived`, headers: { 'upload-offset': String(arrivedBytes) },
});
const longerThanAnnounced = (): Problem =>
  new Problem('movies.file_too_large', { detail: 'More bytes were sent than the upload was begun for.' });

function viewOf(
  row: Pick<repo.FoundUpload, 'id' | 'movie_id' | 'title' | 'file_name' | 'fingerprint' | 'length_bytes' | 'pending_since'>, offsetBytes: number, now: Date,
): MovieUpload {
  return {
    id: row.id,
    movieId: row.movie_id,
    movieTitle: row.title,
    fileName: row.file_name,
    fingerprint: row.fingerprint,
    lengthBytes: row.length_bytes,
    offsetBytes,
    url: `/api/movies/${row.movie_id}/uploads/${row.id}`,
    createdAt: new Date(timeOfUuidv7(row.id)).toISOString(),
    expiresAt: new Date((row.pending_since ?? now).getTime() + RESUMABLE_FOR_MS).toISOString(),
  };
}
