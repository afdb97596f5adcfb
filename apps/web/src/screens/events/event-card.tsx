import { Link } from '@tanstack/react-router';
import type { Event } from '@watchparty/protocol';
import { Icon } from '../../ui/icons.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { DateLeaf } from './date-leaf.tsx';
import { useText } from './i18n/use-text.ts';
import { seatsLeft, standingOf } from './standing.ts';
import { useDates } from './use-dates.ts';
import './events.css';

interface Props {
  readonly event: Event;
  /** It is the one that a hand is on elsewhere, such as on a map. */
  readonly marked?: boolean;
  readonly onPoint?: (eventId: number | undefined) => void;
}

export function EventCard({ event, marked = false, onPoint }: Props) {
  const { t, number } = useText();
  const dates = useDates().of(event);
  const { id, title, location, online, goingCount, visibility, myStatus, distanceKm } = event;
  const standing = standingOf(event);
  const left = seatsLeft(event);
  return (
    <li
      className={`event-card ${standing} ${marked ? 'marked' : ''}`} data-event={id}
      onPointerEnter={() => onPoint?.(id)} onPointerLeave={() => onPoint?.(undefined)} onFocus={() => onPoint?.(id)} onBlur={() => onPoint?.(undefined)}
    >
      <DateLeaf dates={dates} />
      <div className="event-body">
        <h2><Link to="/events/$eventId" params={{ eventId: String(id) }}>{title}</Link></h2>
        <p className="event-when"><time dateTime={event.startsAt}>{dates.shortThere}</time></p>
        {dates.shortHere !== undefined && <p className="event-here">{t('when.here', { when: dates.shortHere })}</p>}
        <p className="event-facts">
          {standing === 'on' && <span className="event-on">{t('state.on')}</span>}
          {standing === 'cancelled' && <span className="event-off">{t('state.cancelled')}</span>}
          {location !== null && <span><Icon name="pin" size={16} /> {location.address || t('event.somewhere')}</span>}
          {distanceKm !== undefined && <span className="tabular">{t('card.away', { km: number(distanceKm < 10 ? Math.round(distanceKm * 10) / 10 : Math.round(distanceKm)) })}</span>}
          {online && <span><Icon name="globe" size={16} /> {t('event.online')}</span>}
          {standing !== 'cancelled' && <span><Icon name="people" size={16} /> {t('card.going', { count: goingCount })}</span>}
          {standing === 'upcoming' && left !== undefined && <span>{left > 0 ? t('seats.left', { count: left }) : t('seats.none')}</span>}
          {visibility !== 'public' && <span><Icon name="lock" size={16} /> {t(`visibility.${visibility}`)}</span>}
          {myStatus != null && standing !== 'cancelled' && <span className="event-mine">{t(`card.my.${myStatus}`)}</span>}
        </p>
      </div>
    </li>
  );
}

export const EventSkeletons = ({ count }: { readonly count: number }) => (
  <ul className="event-list" aria-hidden="true">
    {Array.from({ length: count }, (_, index) => <li key={index}><Skeleton height="124px" /></li>)}
  </ul>
);
