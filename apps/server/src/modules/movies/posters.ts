import type { Movie } from '@watchparty/protocol';
import { createTurnsByKey, type Images } from '../../images/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { Storage } from '../../storage/index.ts';
import { movieChanged } from './movies.cache.ts';
import { mayChange } from './movies.policy.ts';
import * as moviesRepo from './movies.repo.ts';
import type { Movies } from './movies.ts';
import { movieView } from './movies.views.ts';
import { posterKeys, posterUrls, retirePosterOf, retirePosters } from './poster-files.ts';
import * as repo from './posters.repo.ts';

interface Deps {
  readonly movies: Movies;
  readonly images: Images;
  readonly storage: Storage;
  /** For what must be known whatever becomes of the request: which files there may be. */
  readonly write: Write;
  /** 32 random hexadecimal digits. */
  readonly newName: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

export type Posters = ReturnType<typeof createPosters>;

/** After this nobody can still be storing one. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;
/** Of one user's pictures, behind the one that is being worked on. */
const MAX_WAITING = 8;

/** Pictures of films: SPEC.md, MO15 and MO16. */
export function createPosters({ movies, images, storage, write: writeApart, newName, clock, log }: Deps) {
  const now = (): Date => new Date(clock.now());
  const turns = createTurnsByKey({ maxWaiting: MAX_WAITING });

  async function withdraw(name: string): Promise<void> {
    try {
      await writeApart((tx, effects) => retirePosters(tx, effects, [name]));
    } catch (err) {
      log.warn({ err, poster: name }, 'A poster that was not taken could not be cleared away; the sweep will');
    }
  }

  return {
    /** Makes a picture the movie's poster, instead of the one before or a link. */
    async upload(write: Write, actor: Actor, movieId: number, bytes: Uint8Array): Promise<Movie> {
      if (!mayChange(await movies.visible(movieId, actor), actor)) throw new Problem('movies.not_owner');
      const { large, small, width, height } = await turns(actor.userId, async () => {
        const clean = await images.clean(bytes);
        return images.posterVariants(clean.bytes);
      });
      const name = `poster-${newName()}`;
      await writeApart((tx) => repo.insert(tx, { name, movie_id: movieId, width, height, created_at: now() }));
      try {
        const keys = posterKeys(name);
        for (const [key, file] of [[keys.large, large], [keys.small, small]] as const) {
          await storage.put(key, (async function* () { yield file; })(), { maxBytes: file.length });
        }
        return await write(async (tx, effects) => {
          await movies.lockChangeable(tx, movieId, actor);
          await retirePosterOf(tx, effects, movieId);
          if (!(await repo.show(tx, name))) throw new Problem('service.unavailable', { retryAfterSeconds: 1 });
          const urls = posterUrls(name);
          effects.add(movieChanged(movieId));
          return movieView(await moviesRepo.update(tx, movieId, {
            poster: JSON.stringify({ ...urls, width, height }), poster_url: urls.large, updated_at: now(),
          }));
        });
      } catch (error) {
        await withdraw(name);
        throw error;
      }
    },

    /** The movie has no poster any more, uploaded or linked. */
    async remove(write: Write, actor: Actor, movieId: number): Promise<Movie> {
      await movies.visible(movieId, actor);
      return write(async (tx, effects) => {
        await movies.lockChangeable(tx, movieId, actor);
        await retirePosterOf(tx, effects, movieId);
        effects.add(movieChanged(movieId));
        return movieView(await moviesRepo.update(tx, movieId, { poster: null, poster_url: null, updated_at: now() }));
      });
    },

    /** Has removed what killed processes and ended movies left; answers how many. */
    async sweep(write: Write): Promise<number> {
      return write(async (tx, effects) => {
        const names = await repo.lockUnused(tx, new Date(clock.now() - ABANDONED_AFTER_MS), 100);
        await retirePosters(tx, effects, names);
        return names.length;
      });
    },
  };
}
