import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { FoundPerson } from '@watchparty/protocol';
import { useHttp } from '../session/context.tsx';
import { found } from './keys.ts';
import type { Pages } from './use-pages.ts';

const PAUSE_MS = 250;
const PAGE = 20;
export const SHORTEST = 2;
export const LONGEST = 60;

/** The text as it was when the hand last rested. */
export function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}

export interface Found extends Pages<FoundPerson> {
  readonly total: number;
  /** What is shown is of the text before. */
  readonly isBefore: boolean;
}

/** People whose names are like the text; none are asked for while it is too short. */
export function useSearch(text: string): Found {
  const http = useHttp();
  const asked = text.trim();
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage, isPlaceholderData } = useInfiniteQuery({
    queryKey: found(asked), enabled: asked.length >= SHORTEST, placeholderData: keepPreviousData, initialPageParam: 1,
    queryFn: ({ pageParam, signal }) => http.people.search(asked, { page: pageParam, limit: PAGE }, { signal }),
    getNextPageParam: ({ page, limit, total }) => (page * limit < total ? page + 1 : undefined),
  });
  // Between two pages somebody may have moved from one to the other.
  const byId = new Map(data?.pages.flatMap(({ items }) => items).map((person) => [person.id, person]));
  return {
    items: data && [...byId.values()], error, retry: () => void refetch(), total: data?.pages[0]?.total ?? 0, isBefore: isPlaceholderData,
    more: hasNextPage ? () => void fetchNextPage() : undefined, busy: isFetchingNextPage,
  };
}
