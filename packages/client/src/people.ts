import type { FoundPerson, User, UserAnalytics } from '@watchparty/protocol';
import type { Caller, CallOptions } from './caller.ts';
import type { Page, PageQuery } from './page.ts';

export function peopleCalls({ data }: Caller) {
  return {
    /** By name, with mistakes, in Latin or Cyrillic; friends first, then the likest. `q` has two characters at least. */
    search: (q: string, { page, limit }: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<FoundPerson>> =>
      data({ method: 'GET', path: '/api/users/search', query: { q, page, limit }, signal }),

    /** What everybody may see of somebody; how one stands with them says `friends.standing`. */
    get: (userId: number, { signal }: CallOptions = {}): Promise<User> =>
      data({ method: 'GET', path: `/api/users/${userId}`, signal }),

    /** One's own figures, or for administrators anybody's. */
    analytics: (userId: number, { signal }: CallOptions = {}): Promise<UserAnalytics> =>
      data({ method: 'GET', path: `/api/users/${userId}/analytics`, signal }),
  };
}
