import { QueryClient } from '@tanstack/react-query';

/** The client repeats what can be repeated by itself, and knows better than the browser whether the server can be reached. */
export const createQueries = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: { retry: false, staleTime: 10_000, networkMode: 'always', refetchOnReconnect: true },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
