import type { Friend } from '@watchparty/protocol';
import { PeopleList } from '../../friends/people-list.tsx';
import { PersonRow } from '../../friends/person-row.tsx';
import { StandingButtons } from '../../friends/standing-buttons.tsx';
import { useFriendList, useFriendsOnline } from '../../friends/use-friends.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Empty } from '../../ui/states.tsx';

/** Those who are online first, then the others, the newest first. */
export function FriendList() {
  const { t } = useI18n();
  const pages = useFriendList();
  const { data } = useFriendsOnline();
  // The list knows of those it has when they come and go; further down there may be more who are there.
  const known = new Map(pages.items?.map((friend) => [friend.id, friend]));
  const online = [...(data?.items.filter(({ id }) => !known.has(id)) ?? []), ...(pages.items?.filter((friend) => friend.online) ?? [])];
  const others = pages.items?.filter((friend) => !friend.online);
  const row = (friend: Friend) => (
    <PersonRow key={friend.id} person={friend} online={friend.online}><StandingButtons person={friend} relation={{ kind: 'friend' }} /></PersonRow>
  );
  return (
    <>
      {online.length > 0 && (
        <section className="section" aria-labelledby="friends-online">
          <div className="section-head"><h2 id="friends-online">{t('friends.onlineNow', { count: online.length })}</h2></div>
          <div className="panel"><ul className="person-list">{online.map(row)}</ul></div>
        </section>
      )}
      {(online.length === 0 || others === undefined || others.length > 0 || pages.more !== undefined) && (
        <section className="section" aria-labelledby="friends-all">
          <div className="section-head"><h2 id="friends-all">{t(online.length > 0 ? 'friends.others' : 'friends.all')}</h2></div>
          <div className="panel">
            <PeopleList pages={{ ...pages, items: others }} title={t('friends.cannotLoad')} empty={<Empty icon="people" text={t('friends.none')} />}>{row}</PeopleList>
          </div>
        </section>
      )}
    </>
  );
}
