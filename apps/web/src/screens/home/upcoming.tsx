import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Event } from '@watchparty/protocol';
import { type MessageKey, useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Icon } from '../../ui/icons.tsx';

const REFRESH_MS = 60_000;
const MOST = 4;
/** Some of them one has declined. */
const ASKED = 20;

const ANSWERS: Readonly<Partial<Record<string, MessageKey>>> = { going: 'event.going', waitlisted: 'event.waitlisted', interested: 'event.interested' };

/** One's own events, and those one is invited to or goes to; nothing where there are none. */
export function Upcoming() {
  const { t } = useI18n();
  const http = useHttp();
  const { data, error, refetch } = useQuery({
    queryKey: ['events', 'mine', 'home'], refetchInterval: REFRESH_MS, queryFn: ({ signal }) => http.events.list({ scope: 'mine', limit: ASKED }, { signal }),
  });
  const events = data?.items.filter(({ myStatus, cancelledAt }) => myStatus !== 'declined' && cancelledAt === null).slice(0, MOST) ?? [];
  if (events.length === 0 && (error === null || data !== undefined)) return null;
  return (
    <section className="section" aria-labelledby="upcoming">
      <div className="section-head">
        <h2 id="upcoming">{t('home.upcoming')}</h2>
        <Link to="/events" search={{ tab: 'mine' }}>{t('common.all')}</Link>
      </div>
      {data === undefined && <Problem error={error} title={t('home.upcomingFailed')} onRetry={() => void refetch()} />}
      <ul className="upcoming">{events.map((event) => <Meeting key={event.id} event={event} />)}</ul>
    </section>
  );
}

function Meeting({ event: { id, title, startsAt, location, online, roomId, myStatus } }: { readonly event: Event }) {
  const { t, moment } = useI18n();
  const answer = ANSWERS[myStatus ?? ''];
  return (
    <li className="meeting">
      <Icon name="calendar" />
      <div>
        <h3><Link to="/events/$eventId" params={{ eventId: String(id) }}>{title}</Link></h3>
        <p className="faint">
          <time dateTime={startsAt}>{moment(startsAt)}</time>
          {location !== null && ` · ${location.address || t('event.somewhere')}`}
          {location === null && online && ` · ${t('event.online')}`}
          {answer !== undefined && ` · ${t(answer)}`}
        </p>
        {roomId !== null && <p><Link to="/rooms/$roomId" params={{ roomId: String(roomId) }}>{t('event.room')}</Link></p>}
      </div>
    </li>
  );
}
