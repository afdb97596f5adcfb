import { useInfiniteQuery } from '@tanstack/react-query';
import type { CursorPage } from '@watchparty/client';

export interface Pages<T> {
  /** Undefined: nothing has come yet. */
  readonly items: readonly T[] | undefined;
  readonly error: Error | null;
  readonly retry: () => void;
  /** Undefined: there are no more. */
  readonly more: (() => void) | undefined;
  readonly busy: boolean;
}

/** A list without end, page by page. */
export function usePages<T>(
  queryKey: readonly unknown[], fetchPage: (cursor: string | undefined, signal: AbortSignal) => Promise<CursorPage<T>>, enabled = true,
): Pages<T> {
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey, enabled, initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam, signal),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  return {
    items: data?.pages.flatMap(({ items }) => items), error, retry: () => void refetch(),
    more: hasNextPage ? () => void fetchNextPage() : undefined, busy: isFetchingNextPage,
  };
}
