import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { NoticeFeed } from '@watchparty/client';
import { useLive } from '../../live/live.tsx';

/** What is told of an event by a notice makes all that shows events be asked for anew. */
export function useEventNews(): void {
  const queries = useQueryClient();
  const feed = useLive().opened?.notices;
  useEffect(() => {
    if (feed === undefined) return undefined;
    let before = newsIn(feed);
    return feed.subscribe(() => {
      const now = newsIn(feed);
      if (now !== before) void queries.invalidateQueries({ queryKey: ['events'] });
      before = now;
    });
  }, [feed, queries]);
}

/** Other when there is another notice of an event, or one is told anew. */
const newsIn = ({ state: { items } }: NoticeFeed): string =>
  items.filter((item) => 'eventId' in item).map(({ id, createdAt }) => `${id} ${createdAt}`).join(' ');
