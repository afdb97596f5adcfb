import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { Person } from '@watchparty/protocol';
import { useI18n } from '../i18n/i18n.tsx';
import { useHttp, useUser } from '../session/context.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/states.tsx';
import { InviteButton } from './invite-button.tsx';

const MOST = 100;

/** Asks somebody to watch: in a room of one's own, or in a new one. */
export function InviteFriend({ person, onClose }: { readonly person: Person; readonly onClose: () => void }) {
  const { t } = useI18n();
  const http = useHttp();
  const user = useUser();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery({
    queryKey: ['rooms', 'mine', 'inviting'], queryFn: ({ signal }) => http.rooms.list({ mine: true, limit: MOST }, { signal }),
  });
  // Who else may invite is known in the room itself.
  const rooms = data?.items.filter(({ ownerId, isActive }) => isActive && ownerId === user?.id) ?? [];
  return (
    <Dialog open onClose={onClose} title={t('friends.inviteTitle', { name: person.displayName })}>
      {error !== null && data === undefined && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton height="96px" />}
      {data !== undefined && rooms.length === 0 && <p className="faint">{t('friends.noRooms')}</p>}
      {rooms.length > 0 && (
        <ul className="person-list">
          {rooms.map(({ id, name }) => (
            <li key={id} className="person-row">
              <span className="person-row-text">{name}</span>
              <div className="person-row-actions"><InviteButton person={person} roomId={id} label={t('friends.inviteTo', { room: name })} /></div>
            </li>
          ))}
        </ul>
      )}
      <div className="dialog-actions">
        <Button
          look={rooms.length === 0 ? 'primary' : 'plain'} icon="plus"
          onClick={() => {
            onClose();
            void navigate({ to: '/rooms/new', search: { friend: person.id } });
          }}
        >
          {t('friends.newRoom')}
        </Button>
      </div>
    </Dialog>
  );
}
