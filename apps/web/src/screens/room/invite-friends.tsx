import { InviteButton } from '../../friends/invite-button.tsx';
import { PersonRow } from '../../friends/person-row.tsx';
import { useFriendList } from '../../friends/use-friends.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Button } from '../../ui/button.tsx';

/** One's friends, whoever is online first; each can be invited, but for those who are in the room. */
export function InviteFriends({ roomId, inRoom }: { readonly roomId: number; readonly inRoom: ReadonlySet<number> }) {
  const { t } = useI18n();
  const { items = [], more, busy } = useFriendList();
  const absent = items.filter(({ id }) => !inRoom.has(id)).toSorted((a, b) => Number(b.online) - Number(a.online));
  if (absent.length === 0 && more === undefined) return null;
  return (
    <section aria-labelledby="invite-friends">
      <h3 id="invite-friends" className="small">{t('invite.friends')}</h3>
      <ul className="person-list invite-friends">
        {absent.map((friend) => (
          <PersonRow key={friend.id} person={friend} online={friend.online}>
            <InviteButton person={friend} roomId={roomId} label={t('friends.inviteName', { name: friend.displayName })} />
          </PersonRow>
        ))}
      </ul>
      {more !== undefined && <Button className="friends-more" busy={busy} onClick={more}>{t('friends.more')}</Button>}
    </section>
  );
}
