import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Attendee, Event } from '@watchparty/protocol';
import { useHttp, useUser } from '../../session/context.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { useText } from './i18n/use-text.ts';
import type { Standing } from './standing.ts';

const REFRESH_MS = 20_000;
const LIMIT = 50;
const FACES = 12;

/** Faces of those who go, and behind them everybody who has to do with it, in order. */
export function PeopleGoing({ event, standing }: { readonly event: Event; readonly standing: Standing }) {
  const { t } = useText();
  const http = useHttp();
  const user = useUser();
  const [open, setOpen] = useState(false);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['events', 'people', event.id], enabled: user !== undefined, refetchInterval: REFRESH_MS, initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) => http.events.attendees(event.id, { limit: LIMIT, ...(pageParam !== undefined && { cursor: pageParam }) }, { signal }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  const title = t(standing === 'over' ? 'answer.over' : standing === 'cancelled' ? 'people.wanted' : 'people.title');
  if (user === undefined) return null;
  const people = data?.pages.flatMap(({ items }) => items);
  const going = people?.filter(({ status }) => status === 'going') ?? [];
  return (
    <section className="section" aria-labelledby="event-people">
      <div className="section-head"><h2 id="event-people">{title}</h2></div>
      {people === undefined && (error === null ? <Skeleton height="40px" /> : <Problem error={error} title={t('people.cannotLoad')} onRetry={() => void refetch()} />)}
      {people?.length === 0 && <p className="faint">{t('people.none')}</p>}
      {people !== undefined && people.length > 0 && (
        <div className="stack">
          <ul className="goers">
            {going.slice(0, FACES).map(({ userId, displayName }) => (
              <li key={userId}><Avatar id={userId} name={displayName} size={40} /><Link className="small" to="/people/$userId" params={{ userId: String(userId) }}>{displayName}</Link></li>
            ))}
          </ul>
          <div className="row"><Button icon="people" onClick={() => setOpen(true)}>{t('people.all')}</Button></div>
        </div>
      )}
      <Dialog open={open} onClose={() => setOpen(false)} title={title}>
        <ul className="people-list">{people?.map((person) => <PersonLine key={person.userId} person={person} />)}</ul>
        {hasNextPage && <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('events.more')}</Button>}
      </Dialog>
    </section>
  );
}

function PersonLine({ person: { userId, username, displayName, status, waitlistPosition } }: { readonly person: Attendee }) {
  const { t } = useText();
  return (
    <li>
      <Avatar id={userId} name={displayName} />
      <span className="attendee-name"><Link to="/people/$userId" params={{ userId: String(userId) }}>{displayName}</Link> <span className="faint small">@{username}</span></span>
      <span className="faint small">{t(`people.is.${status}`, { position: waitlistPosition ?? 0 })}</span>
    </li>
  );
}
