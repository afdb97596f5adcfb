import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useHttp, useUser } from '../../session/context.tsx';
import { usePageTitle } from '../../shell/use-page-title.ts';
import { LinkButton } from '../../ui/button.tsx';
import '../rooms/rooms.css';
import { EventList } from './event-list.tsx';
import { useText } from './i18n/use-text.ts';
import { Nearby } from './nearby.tsx';
import { Trending } from './trending.tsx';
import { useEventNews } from './use-event-news.ts';
import './events.css';

const REFRESH_MS = 60_000;
const LIMIT = 20;
const OPEN = ['upcoming', 'nearby', 'trending'] as const;
const ALL = ['upcoming', 'friends', 'mine', 'nearby', 'trending'] as const;

export function Events() {
  const { t } = useText();
  const user = useUser();
  const { tab: wanted = 'upcoming', ...around } = useSearch({ from: '/events' });
  const tabs = user === undefined ? OPEN : ALL;
  const tab = (tabs as readonly string[]).includes(wanted) ? wanted : 'upcoming';
  usePageTitle(t('nav.events'));
  useEventNews();
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('nav.events')}</h1>
        <div className="row">
          {user !== undefined && <LinkButton to="/calendar" icon="calendar">{t('calendar.title')}</LinkButton>}
          <LinkButton to="/events/new" look="primary" icon="plus">{t('events.make')}</LinkButton>
        </div>
      </div>
      <nav className="tabs event-tabs" aria-label={t('events.which')}>
        {tabs.map((name) => (
          <Link
            key={name} className={`tab ${name === tab ? 'active' : ''}`} to="/events" aria-current={name === tab ? 'page' : undefined}
            search={name === 'upcoming' ? around : { ...around, tab: name }} activeProps={{ className: '' }}
          >{t(`tab.${name}`)}</Link>
        ))}
      </nav>
      {tab === 'nearby' && <Nearby />}
      {tab === 'trending' && <Trending />}
      {(tab === 'upcoming' || tab === 'friends' || tab === 'mine') && <Listed key={tab} scope={tab} />}
    </div>
  );
}

function Listed({ scope }: { readonly scope: 'upcoming' | 'friends' | 'mine' }) {
  const { t } = useText();
  const http = useHttp();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['events', 'list', scope], refetchInterval: REFRESH_MS, initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) => http.events.list({ scope, limit: LIMIT, ...(pageParam !== undefined && { cursor: pageParam }) }, { signal }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  return (
    <EventList
      events={data?.pages.flatMap(({ items }) => items)} error={error} onRetry={() => void refetch()} none={t(`none.${scope}`)}
      next={<LinkButton to="/events/new" look="primary">{t('events.makeFirst')}</LinkButton>}
      more={hasNextPage ? { busy: isFetchingNextPage, onMore: () => void fetchNextPage() } : undefined}
    />
  );
}
