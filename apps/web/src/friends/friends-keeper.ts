import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLive } from '../live/live.tsx';
import { FRIENDS, PEOPLE } from './keys.ts';
import { putPresence } from './presence.ts';

/** Keeps what screens show of friends as it is now, by what the server tells. */
export function FriendsKeeper(): null {
  const { opened } = useLive();
  const queries = useQueryClient();
  useEffect(() => opened?.friends.listen({
    changed() {
      for (const queryKey of [FRIENDS, PEOPLE]) void queries.invalidateQueries({ queryKey });
    },
    presence: (online) => putPresence(queries, online),
  }), [opened, queries]);
  return null;
}
