export { createFilmUploads, type FilmUploads } from './film-uploads.ts';
export { createMovieFiles, type MovieFiles } from './movie-files.ts';
export { moviePolicies, MOVIES_TAG } from './movies.cache.ts';
export { movieEffects } from './movies.effects.ts';
export { moviesRoutes } from './movies.http.ts';
export { createMovies, type Movies, type RoomsThatPlay } from './movies.ts';
export { createStreaming } from './streaming.ts';
export { createStreamUrls } from './stream-url.ts';
