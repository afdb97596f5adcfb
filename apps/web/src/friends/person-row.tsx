import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Person } from '@watchparty/protocol';
import { useI18n } from '../i18n/i18n.tsx';
import { Avatar } from '../ui/avatar.tsx';
import './friends.css';

/** A face with a dot on it while they are online. */
export function FriendFace({ person: { id, displayName, profilePicture }, online = false, size = 40 }: {
  readonly person: Person; readonly online?: boolean; readonly size?: number;
}) {
  return (
    <span className={`friend-face ${online ? 'online' : ''}`}>
      <Avatar id={id} name={displayName} picture={profilePicture} size={size} />
    </span>
  );
}

/** Somebody in a list: their name leads to their page. `online` undefined: nothing is known of it. */
export function PersonRow({ person, online, note, children }: {
  readonly person: Person; readonly online?: boolean; readonly note?: ReactNode; readonly children?: ReactNode;
}) {
  const { t } = useI18n();
  const { id, username, displayName } = person;
  return (
    <li className="person-row">
      <FriendFace person={person} online={online === true} />
      <div className="person-row-text">
        <Link to="/people/$userId" params={{ userId: String(id) }} className="person-name">{displayName}</Link>
        <p className="small faint">
          @{username}
          {online !== undefined && <span className={online ? 'is-online' : ''}> · {t(online ? 'friends.online' : 'friends.offline')}</span>}
          {note !== undefined && <> · {note}</>}
        </p>
      </div>
      {children !== undefined && <div className="person-row-actions">{children}</div>}
    </li>
  );
}
