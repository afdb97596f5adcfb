import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Movie } from '@watchparty/protocol';
import { useChanged } from '../../api/use-changed.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp, useUser } from '../../session/context.tsx';
import { usePageTitle } from '../../shell/use-page-title.ts';
import { Button, IconButton, LinkButton } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Empty } from '../../ui/states.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import '../rooms/rooms.css';
import { FilmDetails } from './film-details.tsx';
import { MovieDialog } from './movie-dialog.tsx';
import { MovieSkeletons, MovieWall } from './movie-wall.tsx';
import { UploadList } from './upload-list.tsx';

const LIMIT = 24;

export function Movies() {
  const { t } = useI18n();
  const http = useHttp();
  const user = useUser();
  const navigate = useNavigate();
  const { page = 1, mine: wantsMine = false } = useSearch({ from: '/movies' });
  const mine = wantsMine && user !== undefined;
  const [dialog, setDialog] = useState<'add' | Movie>();
  const [looking, setLooking] = useState<number>();
  usePageTitle(t('movies.title'));
  const { data, error, refetch } = useQuery({
    queryKey: ['movies', mine ? 'mine' : 'public', page], placeholderData: keepPreviousData,
    queryFn: ({ signal }) => http.movies.list({ page, limit: LIMIT, mine }, { signal }),
  });
  const add = user === undefined
    ? <LinkButton to="/login" search={{ next: '/movies' }} look="primary" icon="plus">{t('movie.add')}</LinkButton>
    : <Button look="primary" icon="plus" onClick={() => setDialog('add')}>{t('movie.add')}</Button>;

  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('movies.title')}</h1>
        <div className="row">
          {user !== undefined && (
            <nav className="tabs" aria-label={t('movies.which')}>
              <Link className="tab" to="/movies" search={{}} activeOptions={{ exact: true, includeSearch: true }}>{t('movies.shared')}</Link>
              <Link className="tab" to="/movies" search={{ mine: true }} activeOptions={{ includeSearch: true }}>{t('movies.mine')}</Link>
            </nav>
          )}
          {add}
        </div>
      </div>
      <UploadList />
      {error !== null && data === undefined && <Problem error={error} title={t('movies.cannotLoad')} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <MovieSkeletons count={6} />}
      {data !== undefined && data.items.length === 0 && <Empty icon="film" text={t(mine ? 'movies.noneMine' : 'movies.none')}>{add}</Empty>}
      {data !== undefined && data.items.length > 0 && (
        <MovieWall films={data.items} renderActions={(film) => <FilmMenu film={film} own={film.ownerId === user?.id} onLook={() => setLooking(film.id)} onEdit={() => setDialog(film)} />} />
      )}
      {data !== undefined && (
        <Pager page={page} limit={LIMIT} total={data.total} onPage={(next) => void navigate({ to: '/movies', search: { page: next, ...(mine && { mine }) } })} />
      )}
      {looking !== undefined && <FilmDetails movieId={looking} onClose={() => setLooking(undefined)} />}
      {dialog !== undefined && <MovieDialog {...(dialog !== 'add' && { film: dialog })} onClose={() => setDialog(undefined)} />}
    </div>
  );
}

function FilmMenu({ film, own, onLook, onEdit }: {
  readonly film: Movie; readonly own: boolean; readonly onLook: () => void; readonly onEdit: () => void;
}) {
  const { t } = useI18n();
  const http = useHttp();
  const changed = useChanged();
  const toasts = useToasts();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const removal = useMutation({
    mutationFn: () => http.movies.remove(film.id),
    onSuccess() {
      setAsking(false);
      toasts.say(t('movie.removed', { title: film.title }));
      changed(['movies'], ['rooms']);
    },
    onError: toasts.fail,
  });
  return (
    <div className="film-menu">
      <Menu trigger={<IconButton icon="more" label={t('movie.menu', { title: film.title })} />}>
        <MenuItem icon="people" onSelect={() => void navigate({ to: '/rooms/new', search: { movie: film.id } })}>{t('movie.openRoom')}</MenuItem>
        <MenuItem icon="info" onSelect={onLook}>{t('movie.details')}</MenuItem>
        {own && (
          <>
            <MenuItem icon="settings" onSelect={onEdit}>{t('movie.edit')}</MenuItem>
            <MenuSeparator />
            <MenuItem icon="close" danger onSelect={() => setAsking(true)}>{t('movie.remove')}</MenuItem>
          </>
        )}
      </Menu>
      <Confirm
        open={asking} onClose={() => setAsking(false)} title={t('movie.removeTitle', { title: film.title })} text={t('movie.removeText')}
        action={t('movie.remove')} busy={removal.isPending} onConfirm={() => removal.mutate()}
      />
    </div>
  );
}
