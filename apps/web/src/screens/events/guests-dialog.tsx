import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Event } from '@watchparty/protocol';
import { useChanged } from '../../api/use-changed.ts';
import { useHttp } from '../../session/context.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { FriendPicker } from './friend-picker.tsx';
import { useText } from './i18n/use-text.ts';

const LIMIT = 100;

/** Who is invited and what they said; and friends who are not yet. */
export function GuestsDialog({ event, onClose }: { readonly event: Event; readonly onClose: () => void }) {
  const { t } = useText();
  const http = useHttp();
  const changed = useChanged();
  const toasts = useToasts();
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['events', 'guests', event.id], initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) => http.events.invitations(event.id, { limit: LIMIT, ...(pageParam !== undefined && { cursor: pageParam }) }, { signal }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  const guests = data?.pages.flatMap(({ items }) => items);
  const invitation = useMutation({
    mutationFn: () => http.events.invite(event.id, chosen), onError: toasts.fail,
    onSuccess({ userIds }) {
      setChosen([]);
      toasts.say(t('guests.invited', { count: userIds.length }));
      changed(['events']);
    },
  });
  const takingBack = useMutation({
    mutationFn: (userId: number) => http.events.takeBackInvitation(event.id, userId), onError: toasts.fail, onSuccess: () => changed(['events']),
  });
  return (
    <Dialog open onClose={onClose} title={t('owner.guests')}>
      {guests === undefined && (error === null ? <Skeleton height="80px" /> : <Problem error={error} title={t('guests.cannotLoad')} onRetry={() => void refetch()} />)}
      {guests?.length === 0 && <p className="faint">{t('guests.none')}</p>}
      {guests !== undefined && guests.length > 0 && (
        <ul className="people-list">
          {guests.map(({ userId, username, displayName, status }) => (
            <li key={userId}>
              <Avatar id={userId} name={displayName} />
              <span className="attendee-name">{displayName} <span className="faint small">@{username}</span></span>
              <span className="faint small">{t(status === null ? 'guests.noAnswer' : `guests.is.${status}`)}</span>
              <IconButton icon="close" size={16} label={t('guests.takeBack', { name: displayName })} onClick={() => takingBack.mutate(userId)} />
            </li>
          ))}
        </ul>
      )}
      {hasNextPage && <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('events.more')}</Button>}
      {guests !== undefined && <FriendPicker chosen={chosen} without={guests.map(({ userId }) => userId)} onChange={setChosen} />}
      <div className="dialog-actions">
        <Button look="quiet" onClick={onClose}>{t('common.close')}</Button>
        {chosen.length > 0 && <Button look="primary" busy={invitation.isPending} onClick={() => invitation.mutate()}>{t('guests.invite', { count: chosen.length })}</Button>}
      </div>
    </Dialog>
  );
}
