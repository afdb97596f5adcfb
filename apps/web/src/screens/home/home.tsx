import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp, useUser } from '../../session/context.tsx';
import { usePageTitle } from '../../shell/use-page-title.ts';
import { LinkButton } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Empty } from '../../ui/states.tsx';
import { MovieWall } from '../movies/movie-wall.tsx';
import { RoomCard, RoomSkeletons } from '../rooms/room-card.tsx';
import { useFilms } from '../rooms/use-films.ts';
import { FriendsNow } from './friends-now.tsx';
import { Upcoming } from './upcoming.tsx';
import './home.css';

const REFRESH_MS = 30_000;
const ROOMS = 6;
const FILMS = 6;

export function Home() {
  const { t } = useI18n();
  const user = useUser();
  usePageTitle(undefined);
  return (
    <div className="page">
      {user === undefined ? <Welcome /> : (
        <div className="page-head">
          <h1>{t('home.hello', { name: user.displayName })}</h1>
          <div className="row">
            <LinkButton to="/movies" icon="upload">{t('home.addFilm')}</LinkButton>
            <LinkButton to="/rooms/new" look="primary" icon="plus">{t('rooms.create')}</LinkButton>
          </div>
        </div>
      )}
      {user !== undefined && <WithFriends />}
      {user !== undefined && <OwnRooms />}
      <OpenRooms />
      {user !== undefined && <Upcoming />}
      <NewFilms />
    </div>
  );
}

function Welcome() {
  const { t } = useI18n();
  return (
    <section className="hero">
      <h1>{t('home.title')}</h1>
      <p>{t('home.lead')}</p>
      <div className="row">
        <LinkButton to="/register" look="primary">{t('home.start')}</LinkButton>
        <LinkButton to="/login">{t('nav.login')}</LinkButton>
      </div>
    </section>
  );
}

function useOwnRooms() {
  const http = useHttp();
  return useQuery({
    queryKey: ['rooms', 'mine', 'home'], refetchInterval: REFRESH_MS, queryFn: ({ signal }) => http.rooms.list({ mine: true, limit: ROOMS }, { signal }),
  });
}

function useOpenRooms() {
  const http = useHttp();
  return useQuery({
    queryKey: ['rooms', 'public', 'home'], refetchInterval: REFRESH_MS, queryFn: ({ signal }) => http.rooms.list({ limit: ROOMS }, { signal }),
  });
}

function WithFriends() {
  const rooms = [...(useOwnRooms().data?.items ?? []), ...(useOpenRooms().data?.items ?? [])].filter(({ isActive }) => isActive);
  return <FriendsNow rooms={[...new Map(rooms.map((room) => [room.id, room])).values()]} />;
}

/** What one goes on with. */
function OwnRooms() {
  const { t } = useI18n();
  const { byId } = useFilms();
  const { data, error, refetch } = useOwnRooms();
  return (
    <section className="section" aria-labelledby="own-rooms">
      <div className="section-head">
        <h2 id="own-rooms">{t('home.continue')}</h2>
        {(data?.total ?? 0) > ROOMS && <Link to="/rooms" search={{ mine: true }}>{t('common.all')}</Link>}
      </div>
      {error !== null && data === undefined && <Problem error={error} title={t('rooms.cannotLoad')} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <RoomSkeletons count={2} />}
      {data !== undefined && data.items.length === 0 && (
        <Empty icon="people" text={t('rooms.noneMine')}><LinkButton to="/rooms/new" look="primary">{t('rooms.createFirst')}</LinkButton></Empty>
      )}
      {data !== undefined && data.items.length > 0 && (
        <ul className="room-list">{data.items.map((room) => <RoomCard key={room.id} room={room} film={byId.get(room.movieId ?? -1)} mine />)}</ul>
      )}
    </section>
  );
}

function OpenRooms() {
  const { t } = useI18n();
  const { byId } = useFilms();
  const { data, error, refetch } = useOpenRooms();
  return (
    <section className="section" aria-labelledby="open-rooms">
      <div className="section-head">
        <h2 id="open-rooms">{t('home.openRooms')}</h2>
        {(data?.total ?? 0) > ROOMS && <Link to="/rooms">{t('common.all')}</Link>}
      </div>
      {error !== null && data === undefined && <Problem error={error} title={t('rooms.cannotLoad')} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <RoomSkeletons count={2} />}
      {data !== undefined && data.items.length === 0 && <Empty icon="people" text={t('rooms.none')} />}
      {data !== undefined && data.items.length > 0 && (
        <ul className="room-list">{data.items.map((room) => <RoomCard key={room.id} room={room} film={byId.get(room.movieId ?? -1)} />)}</ul>
      )}
    </section>
  );
}

function NewFilms() {
  const { t } = useI18n();
  const http = useHttp();
  const { data } = useQuery({ queryKey: ['movies', 'public', 'home'], queryFn: ({ signal }) => http.movies.list({ limit: FILMS }, { signal }) });
  if (data === undefined || data.items.length === 0) return null;
  return (
    <section className="section" aria-labelledby="new-films">
      <div className="section-head">
        <h2 id="new-films">{t('home.films')}</h2>
        <Link to="/movies">{t('common.all')}</Link>
      </div>
      <MovieWall films={data.items} />
    </section>
  );
}
