import { ApiError } from './api-error.ts';
import type { Caller, CallOptions } from './caller.ts';
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
  };
}
