import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Room } from '@watchparty/protocol';
import { FriendFace } from '../../friends/person-row.tsx';
import { useFriendList, useFriendsOnline } from '../../friends/use-friends.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Empty, Skeleton } from '../../ui/states.tsx';
import '../../friends/friends.css';

const REFRESH_MS = 60_000;
const MOST_PEOPLE = 100;
const SHOWN = 12;

/** Where one's friends are now: who is online, and in which of these rooms. */
export function FriendsNow({ rooms }: { readonly rooms: readonly Room[] }) {
  const { t } = useI18n();
  const { data, error, refetch } = useFriendsOnline();
  const all = useFriendList();
  const online = data?.items ?? [];
  const whereabouts = useWhereabouts(online.length === 0 ? [] : rooms);
  return (
    <section className="section" aria-labelledby="friends-now">
      <div className="section-head">
        <h2 id="friends-now">{t('home.friends')}</h2>
        <Link to="/friends">{t('common.all')}</Link>
      </div>
      {data === undefined && (error === null ? <Skeleton height="64px" /> : <Problem error={error} title={t('home.friendsFailed')} onRetry={() => void refetch()} />)}
      {data !== undefined && online.length === 0 && (all.items?.length === 0
        ? <Empty icon="people" text={t('home.friendsFirst')}><LinkButton to="/friends" look="primary">{t('home.friendsFind')}</LinkButton></Empty>
        : <p className="faint">{t('home.friendsNone')}</p>)}
      <ul className="friends-now">
        {online.slice(0, SHOWN).map((friend) => {
          const room = whereabouts.get(friend.id);
          return (
            <li key={friend.id} className="friend-now">
              <FriendFace person={friend} online size={48} />
              <p>
                <Link to="/people/$userId" params={{ userId: String(friend.id) }} className="person-name">{friend.displayName}</Link>
                {room === undefined
                  ? <span className="small is-online">{t('friends.online')}</span>
                  : <Link to="/rooms/$roomId" params={{ roomId: String(room.id) }} className="small">{t('home.friendIn', { room: room.name })}</Link>}
              </p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** In which of the rooms somebody is now, by their id. */
function useWhereabouts(rooms: readonly Room[]): ReadonlyMap<number, Room> {
  const http = useHttp();
  const peopled = rooms.filter(({ participantCount }) => participantCount > 0);
  return useQueries({
    queries: peopled.map((room) => ({
      queryKey: ['rooms', 'people', room.id], refetchInterval: REFRESH_MS,
      queryFn: ({ signal }: { readonly signal: AbortSignal }) => http.rooms.participants(room.id, { limit: MOST_PEOPLE }, { signal }),
    })),
    combine: (answers) => new Map(answers.flatMap(({ data }, nth) =>
      data?.items.filter(({ online }) => online).map(({ userId }) => [userId, peopled[nth]!] as const) ?? [])),
  });
}
