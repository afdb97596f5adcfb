import { useQuery } from '@tanstack/react-query';
import type { Movie } from '@watchparty/protocol';
import { useHttp, useUser } from '../../session/context.tsx';

/** The newest films one can see, by their ids; those that only a room shows are not among them. */
export function useFilms(): { readonly films: readonly Movie[]; readonly byId: ReadonlyMap<number, Movie>; readonly isPending: boolean } {
  const http = useHttp();
  const user = useUser();
  const shared = useQuery({ queryKey: ['movies', 'public', 'all'], queryFn: ({ signal }) => http.movies.list({ limit: 100 }, { signal }) });
  const own = useQuery({
    queryKey: ['movies', 'mine', 'all'], enabled: user !== undefined, queryFn: ({ signal }) => http.movies.list({ limit: 100, mine: true }, { signal }),
  });
  const byId = new Map([...(own.data?.items ?? []), ...(shared.data?.items ?? [])].map((film) => [film.id, film]));
  return { films: [...byId.values()], byId, isPending: shared.isPending || (user !== undefined && own.isPending) };
}
