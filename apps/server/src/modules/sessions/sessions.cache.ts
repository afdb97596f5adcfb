import Type from 'typebox';
import { Id, UserRole } from '@watchparty/protocol';
import { declarePolicy, invalidated } from '../../kernel/cache-policy.ts';
import type { Effect } from '../../kernel/write.ts';

/** What a request needs of a session. No token and no hash of one: whoever reads the cache cannot sign in by it. */
export const CachedSession = Type.Object({
  userId: Id, username: Type.String(), role: UserRole, expiresAtMs: Type.Integer(),
}, { additionalProperties: false });
export type CachedSession = Type.Static<typeof CachedSession>;

export const sessionPolicies = {
  /** `userId` as the access token says: an entry is stored only for the user whose session it is. */
  one: declarePolicy<{ id: string; userId: number }>()({
    name: 'sessions.one', key: 'session:{id}', tags: ['session:{id}', 'user:{userId}'], ttl: 'session', freshness: 'strict',
    shape: CachedSession,
  }),
};

/** The session has ended, or ends at another time than before. */
export const sessionChanged = (sessionId: string): Effect => invalidated(`session:${sessionId}`);

/** Some of the user's sessions have ended. */
export const sessionsChanged = (userId: number): Effect => invalidated(`user:${userId}`);
