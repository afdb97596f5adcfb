import type { Readable } from 'node:stream';
import type { Movie } from '@watchparty/protocol';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { uuidv7 } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { Storage, StoredObject } from '../../storage/index.ts';
import type { Video } from './container/index.ts';
import * as uploadsRepo from './film-uploads.repo.ts';
import { movieChanged } from './movies.cache.ts';
import { fileRemoved, piecesRemoved } from './movies.effects.ts';
import { mayChange } from './movies.policy.ts';
import * as repo from './movies.repo.ts';
import type { Movies } from './movies.ts';
import { movieView } from './movies.views.ts';
import { receiveFilm } from './upload.ts';

export interface MovieFilesDeps {
  readonly movies: Movies;
  readonly storage: Storage;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface IncomingFilm {
  readonly stream: Readable;
  readonly contentLength: number | undefined;
  readonly signal: AbortSignal;
}

export type MovieFiles = ReturnType<typeof createMovieFiles>;

/** After this an upload is given up: longer than any that still moves, for one that stalls is ended within a minute. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;
/** What arrives in several goes waits so long for the next. */
export const RESUMABLE_FOR_MS = 3 * 24 * 60 * 60 * 1000;

interface Adoption {
  readonly movies: Pick<Movies, 'lockChangeable'>;
  readonly actor: Actor;
  readonly movieId: number;
  readonly key: string;
  readonly object: StoredObject;
  readonly video: Video;
  readonly now: Date;
}

/**
 * Makes what was stored under `key` the movie's film, if no newer upload has begun; the one before it goes.
 * Refuses with `movies.upload_superseded`.
 */
export function adoptFilm(write: Write, { movies, actor, movieId, key, object, video, now }: Adoption): Promise<Movie> {
  return write(async (tx, effects) => {
    const row = await movies.lockChangeable(tx, movieId, actor);
    if (row.pending_file_key !== key) throw new Problem('movies.upload_superseded');
    if (row.file_key !== null) effects.add(fileRemoved.of({ key: row.file_key }));
    effects.add(movieChanged(movieId));
    effects.add(piecesRemoved.of({ key }));
    await uploadsRepo.finish(tx, key.slice(key.lastIndexOf('/') + 1), now);
    return movieView(
      await repo.update(tx, movieId, {
        file_key: key,
        file_size_bytes: object.sizeBytes,
        file_mime_type: video.mimeType,
        duration_seconds: video.durationSeconds,
        url: null,
        pending_file_key: null,
        pending_since: null,
        updated_at: now,
      }),
    );
  });
}

export function createMovieFiles({ movies, storage, maxBytes, clock, log }: MovieFilesDeps) {
  const now = (): Date => new Date(clock.now());

  /** Notes where the film will lie before its first byte is stored, so that no crash can leave a file nobody knows of. */
  async function announce(write: Write, actor: Actor, id: number): Promise<string> {
    const row = await movies.visible(id, actor);
    if (!mayChange(row, actor)) throw new Problem('movies.not_owner');
    const key = `movies/${id}/${uuidv7(clock.now())}`;
    await write(async (tx, effects) => {
      const { pending_file_key: older } = await movies.lockChangeable(tx, id, actor);
      await repo.update(tx, id, { pending_file_key: key, pending_since: now() });
      if (older !== null) effects.add(fileRemoved.of({ key: older }));
    });
    return key;
  }

  async function withdraw(write: Write, id: number, key: string): Promise<void> {
    await write(async (tx) => {
      const row = await repo.lock(tx, id);
      if (row?.pending_file_key === key) await repo.update(tx, id, { pending_file_key: null, pending_since: null });
    });
    // A superseded upload may have been published after its removal was asked for.
    await storage.delete(key);
  }

  return {
    /**
     * Takes a film in and makes it the movie's file; the one before it goes once the new one serves. Whatever goes
     * wrong on the way leaves the movie as it was and nothing in the storage.
     */
    async upload(write: Write, actor: Actor, id: number, film: IncomingFilm): Promise<Movie> {
      const key = await announce(write, actor, id);
      try {
        const { object, video } = await receiveFilm({
          storage, key, source: film.stream, contentLength: film.contentLength, maxBytes, signal: film.signal,
        });
        return await adoptFilm(write, { movies, actor, movieId: id, key, object, video, now: now() });
      } catch (error) {
        await withdraw(write, id, key).catch((err: unknown) => {
          log.warn({ err, movieId: id, key }, 'A broken upload could not be cleared away; the sweep will');
        });
        throw error;
      }
    },

    /** Clears away what uploads left behind whose process was killed; answers how many. */
    async sweep(write: Write): Promise<number> {
      const leftovers = await storage.sweep(ABANDONED_AFTER_MS);
      const abandoned = await write(async (tx, effects) => {
        const rows = await repo.lockAbandonedUploads(tx, {
          before: new Date(clock.now() - ABANDONED_AFTER_MS), resumableBefore: new Date(clock.now() - RESUMABLE_FOR_MS), limit: 100,
        });
        for (const row of rows) {
          effects.add(fileRemoved.of({ key: row.pending_file_key! }));
          await repo.update(tx, row.id, { pending_file_key: null, pending_since: null });
          await uploadsRepo.remove(tx, row.id);
        }
        return rows.length;
      });
      return leftovers + abandoned;
    },

    /** The stored film of a movie, for one who may see it. */
    async file(id: number, viewer: Pick<Actor, 'userId' | 'role'> | undefined) {
      const row = await movies.visible(id, viewer);
      if (row.file_key === null || row.file_mime_type === null) throw new Problem('movies.no_file');
      return { key: row.file_key, mimeType: row.file_mime_type, durationSeconds: row.duration_seconds ?? 0 };
    },
  };
}
