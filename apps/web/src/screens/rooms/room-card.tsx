import { Link } from '@tanstack/react-router';
import type { Movie, Room } from '@watchparty/protocol';
import { useI18n } from '../../i18n/i18n.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Skeleton } from '../../ui/states.tsx';
import './rooms.css';

export function RoomCard({ room, film, mine = false, heading: Heading = 'h3' }: {
  readonly room: Room; readonly film: Movie | undefined; readonly mine?: boolean; readonly heading?: 'h2' | 'h3';
}) {
  const { t, when, exactly } = useI18n();
  const { id, name, description, participantCount, maxParticipants, hasPassword, isPrivate, isActive, createdAt } = room;
  return (
    <li className={`room-card ${isActive ? '' : 'closed'}`}>
      <span className={`room-tile tone-${(film?.id ?? id) % 6}`} aria-hidden="true">
        {film?.posterUrl == null ? <Icon name={film === undefined ? 'people' : 'film'} size={28} /> : <img src={film.posterUrl} alt="" loading="lazy" width="96" height="128" />}
      </span>
      <div className="room-body">
        <Heading><Link to="/rooms/$roomId" params={{ roomId: String(id) }}>{name}</Link></Heading>
        {film !== undefined && <p className="room-film">{film.title}</p>}
        {description !== '' && <p className="room-description">{description}</p>}
        <p className="room-facts">
          <span className={participantCount > 0 && isActive ? 'room-people' : ''}><Icon name="people" size={16} /> {t('room.people', { count: participantCount })}</span>
          {participantCount >= maxParticipants && <span>{t('room.full')}</span>}
          {hasPassword && <span><Icon name="lock" size={16} /> {t('room.password')}</span>}
          {isPrivate && <span>{t('room.private')}</span>}
          {!isActive && <span>{t('room.closed')}</span>}
          {!mine && <time dateTime={createdAt} title={exactly(createdAt)}>{when(createdAt)}</time>}
        </p>
      </div>
    </li>
  );
}

export const RoomSkeletons = ({ count }: { readonly count: number }) => (
  <ul className="room-list" aria-hidden="true">
    {Array.from({ length: count }, (_, index) => <li key={index}><Skeleton height="138px" /></li>)}
  </ul>
);
