import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState, useSyncExternalStore } from 'react';
import type { Event } from '@watchparty/protocol';
import { useHttp } from '../../../session/context.tsx';
import { RequireUser } from '../../../shell/require-user.tsx';
import { usePageTitle } from '../../../shell/use-page-title.ts';
import { LinkButton } from '../../../ui/button.tsx';
import { Problem } from '../../../ui/problem.tsx';
import { Skeleton } from '../../../ui/states.tsx';
import '../../rooms/rooms.css';
import { useText } from '../i18n/use-text.ts';
import { useEventNews } from '../use-event-news.ts';
import { ownZone, wallTime } from '../zones.ts';
import { Agenda } from './agenda.tsx';
import { Feed } from './feed.tsx';
import { Month } from './month.tsx';
import { monthOf } from './months.ts';
import '../events.css';

const PAGE = 100;
/** Of each, what is to come and what is over. */
const MOST_PAGES = 5;
const REFRESH_MS = 60_000;

export const Calendar = () => <RequireUser>{() => <OwnCalendar />}</RequireUser>;

function OwnCalendar() {
  const { t } = useText();
  const http = useHttp();
  const navigate = useNavigate({ from: '/calendar' });
  const narrow = useSyncExternalStore(watchWidth, () => NARROW.matches);
  const [today] = useState(() => wallTime(Date.now(), ownZone()).slice(0, 10));
  const { view = narrow ? 'list' : 'month', month = monthOf(today) } = useSearch({ from: '/calendar' });
  usePageTitle(t('calendar.title'));
  useEventNews();

  async function all(past: boolean, signal: AbortSignal): Promise<Event[]> {
    const events: Event[] = [];
    let cursor: string | null | undefined;
    for (let page = 0; page < MOST_PAGES && cursor !== null; page += 1) {
      const read = await http.events.list({ scope: 'mine', limit: PAGE, ...(past && { past }), ...(cursor !== undefined && { cursor }) }, { signal });
      events.push(...read.items);
      cursor = read.nextCursor;
    }
    return events;
  }
  const { data, error, refetch } = useQuery({
    queryKey: ['events', 'calendar'], refetchInterval: REFRESH_MS,
    queryFn: async ({ signal }) => (await Promise.all([all(true, signal), all(false, signal)])).flat()
      .filter(({ myStatus }) => myStatus !== 'declined').toSorted((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt)),
  });

  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('calendar.title')}</h1>
        <div className="row">
          <nav className="tabs" aria-label={t('calendar.view')}>
            {(['month', 'list'] as const).map((name) => (
              <Link
                key={name} className={`tab ${name === view ? 'active' : ''}`} activeProps={{ className: '' }} to="/calendar"
                search={(before) => ({ ...before, view: name })} aria-current={name === view ? 'page' : undefined}
              >{t(`calendar.view.${name}`)}</Link>
            ))}
          </nav>
          <LinkButton to="/events/new" look="primary" icon="plus">{t('events.make')}</LinkButton>
        </div>
      </div>
      {data === undefined && (error === null ? <Skeleton height="420px" /> : <Problem error={error} title={t('events.cannotLoad')} onRetry={() => void refetch()} />)}
      {data !== undefined && view === 'month' && (
        <Month events={data} month={month} today={today} onMonth={(next) => void navigate({ search: (before) => ({ ...before, month: next }), replace: true })} />
      )}
      {data !== undefined && view === 'list' && <Agenda events={data} />}
      <Feed />
    </div>
  );
}

const NARROW = matchMedia('(max-width: 640px)');

function watchWidth(changed: () => void): () => void {
  NARROW.addEventListener('change', changed);
  return () => NARROW.removeEventListener('change', changed);
}
