import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProfilePicture } from '@watchparty/protocol';
import { useSession } from '../../session/context.tsx';

const EVERY_MS = 1000;
/** After that it is for the next visit. */
const MOST_TIMES = 60;

/** Until they are made, the server gives the original's address for each. */
const areMade = ({ original, thumbnail, medium }: ProfilePicture): boolean => thumbnail !== original && medium !== original;

/** Looks after a new picture's smaller sizes, and takes them into the profile as soon as they are there. */
export function useVariants(picture: ProfilePicture): 'ready-before' | 'making' | 'ready' {
  const session = useSession();
  const [wasReady] = useState(() => areMade(picture));
  const [first] = useState(picture.original);
  const isReady = areMade(picture);
  useQuery({
    queryKey: ['picture-variants', picture.original], enabled: !isReady, staleTime: 0, gcTime: 0,
    refetchInterval: ({ state }) => (state.dataUpdateCount + state.errorUpdateCount < MOST_TIMES ? EVERY_MS : false),
    async queryFn({ signal }) {
      const user = await session.http.accounts.profile({ signal });
      if (user.profilePicture !== null && areMade(user.profilePicture)) session.profileChanged(user);
      return true;
    },
  });
  if (!isReady) return 'making';
  return wasReady && picture.original === first ? 'ready-before' : 'ready';
}
