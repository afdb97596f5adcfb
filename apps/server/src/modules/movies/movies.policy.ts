import type { Actor } from '../../kernel/actor.ts';
import type { MovieRow } from './movies.repo.ts';

type Viewer = Pick<Actor, 'userId' | 'role'> | undefined;

/** Its owner and admins change and remove a movie. */
export const mayChange = (movie: MovieRow, viewer: Viewer): boolean =>
  viewer !== undefined && (viewer.role === 'admin' || movie.owner_id === viewer.userId);

/** True, false, or "ask": only if the viewer is in a room that plays it. */
export function maySee(movie: MovieRow, viewer: Viewer): boolean | 'in-a-room-that-plays-it' {
  if (movie.visibility === 'public' || mayChange(movie, viewer)) return true;
  return viewer === undefined ? false : 'in-a-room-that-plays-it';
}
