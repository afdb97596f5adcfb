import type { Session, SessionsEnded, SessionStats } from '@watchparty/protocol';
import { ApiError } from './api-error.ts';
import type { Caller, CallOptions } from './caller.ts';
import type { Page, PageQuery } from './page.ts';
import type { Renew } from './renewal.ts';
import type { Tokens, TokenStore } from './tokens.ts';

export function sessionCalls({ data }: Caller, tokens: TokenStore, renew: Renew) {
  return {
    /**
     * New tokens now; calls renew an expired token by themselves. Undefined when there is nobody signed in,
     * or the session has ended: then the store is empty.
     */
    async refresh(): Promise<Tokens | undefined> {
      const held = await tokens.get();
      return held === undefined ? undefined : renew(held);
    },

    /** Ends this session and empties the store; a session that had ended already is fine. */
    async logout({ signal }: CallOptions = {}): Promise<void> {
      try {
        await data<null>({ method: 'POST', path: '/api/auth/logout', signal });
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 401)) throw error;
      }
      await tokens.set(undefined);
    },

    /** Where one is signed in, the device used last first. */
    list: ({ page, limit }: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<Session>> =>
      data({ method: 'GET', path: '/api/auth/sessions', query: { page, limit }, signal }),

    /** Signs out one device; another one than this only within 15 minutes after signing in or proving anew who one is. */
    end: (sessionId: string, { signal }: CallOptions = {}): Promise<null> =>
      data({ method: 'DELETE', path: `/api/auth/sessions/${sessionId}`, signal }),

    /** Signs out all other devices, within 15 minutes after signing in or proving anew who one is. */
    endOthers: ({ signal }: CallOptions = {}): Promise<SessionsEnded> =>
      data({ method: 'DELETE', path: '/api/auth/sessions', signal }),

    /** For administrators: open sessions by device and platform, and how many began and ended each day. */
    stats: ({ signal }: CallOptions = {}): Promise<SessionStats> =>
      data({ method: 'GET', path: '/api/admin/sessions/stats', signal }),
  };
}
