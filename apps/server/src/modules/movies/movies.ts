import type { Movie, MovieBody, PatchMovieBody } from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type PageOf, pageOf, type PageRequest } from '../../kernel/page.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import { movieChanged } from './movies.cache.ts';
import { fileRemoved } from './movies.effects.ts';
import { mayChange, maySee } from './movies.policy.ts';
import * as repo from './movies.repo.ts';
import { movieView } from './movies.views.ts';
import { retirePosterOf } from './poster-files.ts';

/** What movies ask of rooms, which are built on top of them. */
export interface RoomsThatPlay {
  /** Whether the user is in a room that plays the movie. */
  isIn(userId: number, movieId: number): Promise<boolean>;
  /** The movie goes away: called in its transaction, before the row is removed. */
  movieRemoved(tx: Tx, effects: Effects, movieId: number): Promise<void>;
}

export interface MoviesDeps {
  readonly queries: Queries;
  readonly rooms: RoomsThatPlay;
  readonly clock: Clock;
}

export type Movies = ReturnType<typeof createMovies>;

export function createMovies({ queries, rooms, clock }: MoviesDeps) {
  type Viewer = Pick<Actor, 'userId' | 'role'> | undefined;

  /** The movie, if the viewer may know of it; else as if there were none. */
  async function visible(id: number, viewer: Viewer): Promise<repo.MovieRow> {
    const row = await repo.find(queries, id);
    if (row === undefined) throw new Problem('movies.not_found');
    const allowed = maySee(row, viewer);
    const sees = allowed === 'in-a-room-that-plays-it' ? await rooms.isIn(viewer!.userId, id) : allowed;
    if (!sees) throw new Problem('movies.not_found');
    return row;
  }

  /** The locked movie, if the actor may change it. `visible` has been asked before: its existence is no secret now. */
  async function lockChangeable(tx: Tx, id: number, actor: Actor): Promise<repo.MovieRow> {
    const row = await repo.lock(tx, id);
    if (row === undefined) throw new Problem('movies.not_found');
    if (!mayChange(row, actor)) throw new Problem('movies.not_owner');
    return row;
  }

  async function change(write: Write, actor: Actor, id: number, changes: (row: repo.MovieRow) => repo.MovieChanges): Promise<Movie> {
    await visible(id, actor);
    return write(async (tx, effects) => {
      effects.add(movieChanged(id));
      const row = await lockChangeable(tx, id, actor);
      const next = changes(row);
      if (next.url != null && row.file_key !== null) throw new Problem('movies.url_and_file');
      if (next.poster === null && row.poster !== null) await retirePosterOf(tx, effects, id);
      return movieView(await repo.update(tx, id, { ...next, updated_at: new Date(clock.now()) }));
    });
  }

  return {
    visible,
    lockChangeable,

    async create(write: Write, actor: Actor, body: MovieBody): Promise<Movie> {
      const columns = replacing(body);
      return write(async (tx, effects) => {
        const row = await repo.insert(tx, { ...columns, owner_id: actor.userId });
        effects.add(movieChanged(row.id));
        return movieView(row);
      });
    },

    async list(page: PageRequest): Promise<PageOf<Movie>> {
      const { rows, total } = await repo.listPublic(queries, page);
      return pageOf(rows.map(movieView), total, page);
    },

    async listOwn(actor: Actor, page: PageRequest): Promise<PageOf<Movie>> {
      const { rows, total } = await repo.listOwned(queries, actor.userId, page);
      return pageOf(rows.map(movieView), total, page);
    },

    /** Null when there is no such movie for this person. */
    async find(id: number, viewer: Viewer): Promise<Movie | null> {
      try {
        return movieView(await visible(id, viewer));
      } catch (error) {
        if (error instanceof Problem) return null;
        throw error;
      }
    },

    /** Null when it is not known, or there is no such movie. */
    async durationSeconds(id: number): Promise<number | null> {
      return (await repo.find(queries, id))?.duration_seconds ?? null;
    },

    /** The movie as anybody sees it who may; who may is asked apart, by `mayServe`. */
    async view(id: number): Promise<Movie> {
      const row = await repo.find(queries, id);
      if (row === undefined) throw new Problem('movies.not_found');
      return movieView(row);
    },

    /** Throws unless the viewer may see this movie. MO1 */
    async mayServe(viewer: Viewer, movie: Pick<Movie, 'id' | 'visibility'>): Promise<void> {
      if (movie.visibility !== 'public') await visible(movie.id, viewer);
    },

    async put(write: Write, actor: Actor, id: number, body: MovieBody): Promise<Movie> {
      const columns = replacing(body);
      return change(write, actor, id, (row) => ({ ...columns, ...fromFile(row), ...posterOf(row, body.posterUrl) }));
    },

    async patch(write: Write, actor: Actor, id: number, body: PatchMovieBody): Promise<Movie> {
      const { posterUrl, durationSeconds, ...same } = body;
      if (same.url != null) requirePlayable(same.url);
      return change(write, actor, id, (row) => ({
        ...same,
        ...posterOf(row, posterUrl === undefined ? row.poster_url : posterUrl),
        ...(durationSeconds !== undefined && { duration_seconds: durationSeconds }),
        ...fromFile(row),
      }));
    },

    async remove(write: Write, actor: Actor, id: number): Promise<void> {
      await visible(id, actor);
      await write(async (tx, effects) => {
        const row = await lockChangeable(tx, id, actor);
        effects.add(movieChanged(id));
        await rooms.movieRemoved(tx, effects, id);
        await retirePosterOf(tx, effects, id);
        await repo.remove(tx, id);
        for (const key of [row.file_key, row.pending_file_key]) if (key !== null) effects.add(fileRemoved.of({ key }));
      });
    },
  };
}

/** All columns a body decides; what it leaves out returns to its default. */
function replacing(body: MovieBody) {
  if (body.url != null) requirePlayable(body.url);
  return {
    title: body.title,
    description: body.description ?? '',
    year: body.year ?? null,
    duration_seconds: body.durationSeconds ?? null,
    url: body.url ?? null,
    poster_url: body.posterUrl ?? null,
    visibility: body.visibility ?? 'public',
  } as const;
}

/** Of a file we know how long it is; nobody can say otherwise. */
const fromFile = (row: repo.MovieRow): repo.MovieChanges =>
  row.file_key === null ? {} : { duration_seconds: row.duration_seconds };

/** A link takes the place of an uploaded poster; its absence does not. */
function posterOf(row: repo.MovieRow, link: string | null | undefined): Pick<repo.MovieChanges, 'poster' | 'poster_url'> {
  if (row.poster !== null && (link == null || link === row.poster.large)) return { poster_url: row.poster.large };
  return { poster_url: link ?? null, poster: null };
}

function requirePlayable(url: string): void {
  const path = URL.parse(url)?.pathname.toLowerCase() ?? '';
  if (/\.(mp4|m4v|webm|m3u8)$/.test(path)) return;
  throw new Problem('movies.url_unsupported', {
    errors: [{ field: '/body/url', message: 'must be an address whose path ends in .mp4, .m4v, .webm or .m3u8' }],
  });
}
