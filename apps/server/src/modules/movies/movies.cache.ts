import { Movie, Page } from '@watchparty/protocol';
import { declarePolicy, invalidated } from '../../kernel/cache-policy.ts';
import type { Effect } from '../../kernel/write.ts';

/** Of all that shows movies. */
export const MOVIES_TAG = 'movies';

export const moviePolicies = {
  list: declarePolicy<{ page: number; limit: number }>()({
    name: 'movies.list', key: 'cache:movies:page:{page}:limit:{limit}', tags: [MOVIES_TAG], ttl: 'movies', freshness: 'strict',
    shape: Page(Movie),
  }),
  one: declarePolicy<{ id: number }>()({
    name: 'movies.one', key: 'cache:movie:{id}', tags: ['movie:{id}'], ttl: 'movie', freshness: 'strict', shape: Movie,
  }),
};

/** Something that the movie's view shows has changed; the lists show it too. */
export const movieChanged = (movieId: number): Effect => invalidated(MOVIES_TAG, `movie:${movieId}`);
