import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useHttp } from '../../session/context.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { useText } from './i18n/use-text.ts';

const LIMIT = 100;
/** From so many on one looks for names rather than through a list. */
const MANY = 8;
/** Who can be invited at once. */
const MOST = 100;
const NOBODY: readonly number[] = [];

interface Props {
  readonly chosen: readonly number[];
  /** Who is not offered. */
  readonly without?: readonly number[];
  readonly onChange: (chosen: readonly number[]) => void;
}

/** Friends to be invited. */
export function FriendPicker({ chosen, without = NOBODY, onChange }: Props) {
  const { t, locale } = useText();
  const http = useHttp();
  const [find, setFind] = useState('');
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['friends', 'picker'], initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) => http.friends.list({ limit: LIMIT, ...(pageParam !== undefined && { cursor: pageParam }) }, { signal }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  const friends = data?.pages.flatMap(({ items }) => items).filter(({ id }) => !without.includes(id));
  if (friends === undefined) return error === null ? <Skeleton height="80px" /> : <Problem error={error} title={t('friends.cannotLoad')} onRetry={() => void refetch()} />;
  const wanted = find.trim().toLocaleLowerCase(locale);
  const shown = friends.filter(({ username, displayName }) => `${displayName} ${username}`.toLocaleLowerCase(locale).includes(wanted));
  return (
    <fieldset className="friend-picker">
      <legend>{t('guests.friends')}</legend>
      {friends.length === 0 && <p className="faint small">{t(without.length > 0 ? 'guests.allInvited' : 'guests.noFriends')}</p>}
      {friends.length > MANY && <TextField label={t('guests.find')} type="search" value={find} onChange={({ target }) => setFind(target.value)} />}
      {friends.length > 0 && (
        <ul className="people-list scrolls">
          {shown.map(({ id, username, displayName, profilePicture }) => (
            <li key={id}>
              <label>
                <input
                  type="checkbox" checked={chosen.includes(id)} disabled={chosen.length >= MOST && !chosen.includes(id)}
                  onChange={({ target }) => onChange(target.checked ? [...chosen, id] : chosen.filter((other) => other !== id))}
                />
                <Avatar id={id} name={displayName} picture={profilePicture} />
                <span className="attendee-name">{displayName} <span className="faint small">@{username}</span></span>
              </label>
            </li>
          ))}
        </ul>
      )}
      {hasNextPage && <Button look="quiet" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('events.more')}</Button>}
    </fieldset>
  );
}
