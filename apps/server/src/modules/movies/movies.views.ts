import type { Movie } from '@watchparty/protocol';
import type { MovieRow } from './movies.repo.ts';

export const movieView = (row: MovieRow): Movie => ({
  id: row.id,
  title: row.title,
  description: row.description,
  year: row.year,
  durationSeconds: row.duration_seconds,
  url: row.url,
  hasFile: row.file_key !== null,
  posterUrl: row.poster_url,
  poster: row.poster,
  visibility: row.visibility,
  ownerId: row.owner_id,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
});
