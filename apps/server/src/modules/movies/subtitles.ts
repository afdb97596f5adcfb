import type { AddSubtitlesQuery, Subtitles as Shown } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import { mayChange } from './movies.policy.ts';
import type { Movies } from './movies.ts';
import { toWebVtt } from './subtitles/index.ts';
import * as repo from './subtitles.repo.ts';

interface Deps {
  readonly movies: Movies;
  readonly queries: Queries;
  readonly clock: Clock;
}

export type Subtitles = ReturnType<typeof createSubtitles>;

const MAX_OF_A_MOVIE = 20;

/** What a film’s people say, in other words: SPEC.md, MO17 and MO18. */
export function createSubtitles({ movies, queries, clock }: Deps) {
  type Viewer = Pick<Actor, 'userId' | 'role'> | undefined;

  async function changeable(actor: Actor, movieId: number): Promise<void> {
    if (!mayChange(await movies.visible(movieId, actor), actor)) throw new Problem('movies.not_owner');
  }

  return {
    async list(viewer: Viewer, movieId: number): Promise<Shown[]> {
      await movies.visible(movieId, viewer);
      return (await repo.list(queries, movieId)).map(shown);
    },

    async add(write: Write, actor: Actor, movieId: number, file: Uint8Array, { language, label }: AddSubtitlesQuery): Promise<Shown> {
      await changeable(actor, movieId);
      const { body, cueCount } = toWebVtt(file);
      return write(async (tx) => {
        await movies.lockChangeable(tx, movieId, actor);
        if ((await repo.list(tx, movieId)).length >= MAX_OF_A_MOVIE) throw new Problem('movies.subtitles_too_many');
        return shown(await repo.insert(tx, {
          movie_id: movieId, language, label: label.trim(), cue_count: cueCount, body, created_at: new Date(clock.now()),
        }));
      });
    },

    /** The WebVTT. */
    async text(viewer: Viewer, movieId: number, id: number): Promise<string> {
      await movies.visible(movieId, viewer);
      const body = await repo.body(queries, movieId, id);
      if (body === undefined) throw new Problem('movies.subtitles_not_found');
      return body;
    },

    async remove(write: Write, actor: Actor, movieId: number, id: number): Promise<void> {
      await changeable(actor, movieId);
      const removed = await write((tx) => repo.remove(tx, movieId, id));
      if (!removed) throw new Problem('movies.subtitles_not_found');
    },
  };
}

const shown = (row: repo.SubtitlesRow): Shown => ({
  id: row.id,
  movieId: row.movie_id,
  language: row.language,
  label: row.label,
  cueCount: row.cue_count,
  url: `/api/movies/${row.movie_id}/subtitles/${row.id}`,
  createdAt: row.created_at.toISOString(),
});
