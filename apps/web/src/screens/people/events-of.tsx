import { Link } from '@tanstack/react-router';
import { usePages } from '../../friends/use-pages.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Problem } from '../../ui/problem.tsx';

const PAGE = 6;

/** What somebody holds, as far as one may see it; nothing where there is none. */
export function EventsOf({ userId }: { readonly userId: number }) {
  const { t, moment } = useI18n();
  const http = useHttp();
  const { items, error, retry, more, busy } = usePages(['events', 'of', userId], (cursor, signal) =>
    http.events.listOfUser(userId, { limit: PAGE, ...(cursor !== undefined && { cursor }) }, { signal }));
  if (items === undefined ? error === null : items.length === 0) return null;
  return (
    <section className="section" aria-labelledby="events-of">
      <div className="section-head"><h2 id="events-of">{t('person.events')}</h2></div>
      {items === undefined && <Problem error={error} onRetry={retry} />}
      <ul className="events-of">
        {items?.map(({ id, title, startsAt, cancelledAt }) => (
          <li key={id} className="event-of">
            <Icon name="calendar" size={18} />
            <p>
              <Link to="/events/$eventId" params={{ eventId: String(id) }} className="person-name">{title}</Link>
              <span className="small faint"><time dateTime={startsAt}>{moment(startsAt)}</time>{cancelledAt !== null && <> · {t('person.cancelled')}</>}</span>
            </p>
          </li>
        ))}
      </ul>
      {more !== undefined && <Button className="friends-more" busy={busy} onClick={more}>{t('friends.more')}</Button>}
    </section>
  );
}
