import { useQuery } from '@tanstack/react-query';
import type { Movie } from '@watchparty/protocol';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp, useUser } from '../../session/context.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { FilmPicture } from './film-picture.tsx';
import { FilmSubtitles } from './film-subtitles.tsx';
import './film-details.css';

/** What is known of a film; its owner gives it a picture and subtitles here. */
export function FilmDetails({ movieId, onClose }: { readonly movieId: number; readonly onClose: () => void }) {
  const { t } = useI18n();
  const http = useHttp();
  const { data: film, error, refetch } = useQuery({
    queryKey: ['movies', 'one', movieId], queryFn: ({ signal }) => http.movies.get(movieId, { signal }),
  });
  return (
    <Dialog open wide onClose={onClose} title={film?.title ?? t('movie.details')}>
      {film === undefined && error === null && <Skeleton height="240px" />}
      {film === undefined && error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {film !== undefined && <Details film={film} />}
    </Dialog>
  );
}

function Details({ film }: { readonly film: Movie }) {
  const { t, when, exactly } = useI18n();
  const user = useUser();
  const own = user !== undefined && (user.id === film.ownerId || user.role === 'admin');
  const { id, title, description, year, durationSeconds, poster, posterUrl, hasFile, url, createdAt } = film;
  const facts = [
    year === null ? undefined : String(year),
    durationSeconds === null ? undefined : t('movie.minutes', { count: Math.max(1, Math.round(durationSeconds / 60)) }),
    hasFile || url !== null ? undefined : t('movie.noFile'),
  ].filter((fact) => fact !== undefined);
  return (
    <div className="film-details">
      <div className={`film-picture tone-${id % 6}`}>
        {posterUrl === null ? <span className="poster-title">{title}</span>
          : <img src={posterUrl} alt="" width={poster?.width ?? 1280} height={poster?.height ?? 720} />}
      </div>
      <p className="film-facts">
        {facts.map((fact) => `${fact} · `).join('')}<time dateTime={createdAt} title={exactly(createdAt)}>{t('movie.added', { when: when(createdAt) })}</time>
      </p>
      <p className={description === '' ? 'faint' : 'film-description'}>{description === '' ? t('movie.noDescription') : description}</p>
      {(hasFile || url !== null) && <LinkButton to="/rooms/new" search={{ movie: id }} look="primary" icon="people">{t('movie.openRoom')}</LinkButton>}
      {own && <FilmPicture film={film} />}
      <FilmSubtitles film={film} own={own} />
    </div>
  );
}
