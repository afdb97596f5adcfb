import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp, useUser } from '../../session/context.tsx';
import { usePageTitle } from '../../shell/use-page-title.ts';
import { LinkButton } from '../../ui/button.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Empty } from '../../ui/states.tsx';
import { RoomCard, RoomSkeletons } from './room-card.tsx';
import { useFilms } from './use-films.ts';

const LIMIT = 12;
/** Who is where changes all the time. */
const REFRESH_MS = 30_000;

export function Rooms() {
  const { t } = useI18n();
  const http = useHttp();
  const user = useUser();
  const navigate = useNavigate();
  const { byId } = useFilms();
  const { page = 1, mine: wantsMine = false } = useSearch({ from: '/rooms' });
  const mine = wantsMine && user !== undefined;
  usePageTitle(t('rooms.title'));
  const { data, error, refetch } = useQuery({
    queryKey: ['rooms', mine ? 'mine' : 'public', page], placeholderData: keepPreviousData, refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) => http.rooms.list({ page, limit: LIMIT, mine }, { signal }),
  });

  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('rooms.title')}</h1>
        <div className="row">
          {user !== undefined && (
            <nav className="tabs" aria-label={t('rooms.which')}>
              <Link className="tab" to="/rooms" search={{}} activeOptions={{ exact: true, includeSearch: true }}>{t('rooms.open')}</Link>
              <Link className="tab" to="/rooms" search={{ mine: true }} activeOptions={{ includeSearch: true }}>{t('rooms.mine')}</Link>
            </nav>
          )}
          <LinkButton to="/rooms/new" look="primary" icon="plus">{t('rooms.create')}</LinkButton>
        </div>
      </div>
      {error !== null && data === undefined && <Problem error={error} title={t('rooms.cannotLoad')} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <RoomSkeletons count={6} />}
      {data !== undefined && data.items.length === 0 && (
        <Empty icon="people" text={t(mine ? 'rooms.noneMine' : 'rooms.none')}>
          <LinkButton to="/rooms/new" look="primary">{t('rooms.createFirst')}</LinkButton>
        </Empty>
      )}
      {data !== undefined && data.items.length > 0 && (
        <ul className="room-list">
          {data.items.map((room) => <RoomCard key={room.id} room={room} film={byId.get(room.movieId ?? -1)} mine={mine} heading="h2" />)}
        </ul>
      )}
      {data !== undefined && (
        <Pager page={page} limit={LIMIT} total={data.total} onPage={(next) => void navigate({ to: '/rooms', search: { page: next, ...(mine && { mine }) } })} />
      )}
    </div>
  );
}
