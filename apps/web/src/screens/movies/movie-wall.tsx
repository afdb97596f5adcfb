import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Movie } from '@watchparty/protocol';
import { useI18n } from '../../i18n/i18n.tsx';
import { Skeleton } from '../../ui/states.tsx';
import './movies.css';

/** Posters on a wall; each leads to a room for its film. `renderActions` makes what stands in the corner of one's own. */
export function MovieWall({ films, renderActions }: { readonly films: readonly Movie[]; readonly renderActions?: (film: Movie) => ReactNode }) {
  return <ul className="wall">{films.map((film) => <Poster key={film.id} film={film} actions={renderActions?.(film)} />)}</ul>;
}

function Poster({ film, actions }: { readonly film: Movie; readonly actions: ReactNode }) {
  const { t } = useI18n();
  const { id, title, year, durationSeconds, hasFile, url, poster, posterUrl, visibility } = film;
  const playable = hasFile || url !== null;
  const facts = [
    year === null ? undefined : String(year),
    durationSeconds === null ? undefined : t('movie.minutes', { count: Math.max(1, Math.round(durationSeconds / 60)) }),
    visibility === 'rooms' ? t('movie.onlyRooms') : undefined,
    playable ? undefined : t('movie.noFile'),
  ].filter((fact) => fact !== undefined);
  const picture = (
    <span className={`poster tone-${id % 6}`}>
      {posterUrl === null ? <span className="poster-title">{title}</span> : <img src={poster?.small ?? posterUrl} alt="" loading="lazy" width="240" height="360" />}
    </span>
  );
  // A poster without a picture is its title.
  const name = posterUrl !== null && <span className="film-title">{title}</span>;
  return (
    <li className="film">
      {playable
        ? <Link to="/rooms/new" search={{ movie: id }} className="film-link" aria-label={t('movie.watch', { title })}>{picture}{name}</Link>
        : <div className="film-link">{picture}{name}</div>}
      <p className="film-facts">{facts.join(' · ')}</p>
      {actions}
    </li>
  );
}

export const MovieSkeletons = ({ count }: { readonly count: number }) => (
  <ul className="wall" aria-hidden="true">
    {Array.from({ length: count }, (_, index) => <li key={index}><Skeleton height="auto" className="poster" /></li>)}
  </ul>
);
