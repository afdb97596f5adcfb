import Type from 'typebox';
import { Id, UserRole, Uuid } from '@watchparty/protocol';
import { declarePolicy, invalidated } from '../../kernel/cache-policy.ts';
import type { Effect } from '../../kernel/write.ts';

/** What a request needs of a session. No token and no hash of one: whoever reads the cache cannot sign in by it. */
export const CachedSession = Type.Object({
  userId: Id, username: Type.String(), role: UserRole, expiresAtMs: Type.Integer(),
  /** A guest's room. */
  guestOf: Type.Optional(Id),
}, { additionalProperties: false });
export type CachedSession = Type.Static<typeof CachedSession>;

/** A user's open sessions, without what changes as often as they are used. */
const UserSessions = Type.Array(Type.Object({
  id: Uuid, userAgent: Type.String(), ip: Type.String(), createdAtMs: Type.Integer(), expiresAtMs: Type.Integer(),
}, { additionalProperties: false }));
export type UserSessions = Type.Static<typeof UserSessions>;

export const sessionPolicies = {
  /** `userId` as the access token says: an entry is stored only for the user whose session it is. */
  one: declarePolicy<{ id: string; userId: number }>()({
    name: 'sessions.one', key: 'session:{id}', tags: ['session:{id}', 'user:{userId}'], ttl: 'session', freshness: 'strict',
    shape: CachedSession,
  }),
  ofUser: declarePolicy<{ userId: number }>()({
    name: 'sessions.of_user', key: 'session:user:{userId}', tags: ['user:{userId}:sessions'], ttl: 'session',
    freshness: 'strict', shape: UserSessions,
  }),
};

/** The user has one more. */
export const sessionBegun = (userId: number): Effect => invalidated(`user:${userId}:sessions`);

/** The session has ended, or ends at another time than before. Without a user: it had ended before. */
export const sessionChanged = (sessionId: string, userId?: number): Effect =>
  userId === undefined ? invalidated(`session:${sessionId}`) : invalidated(`session:${sessionId}`, `user:${userId}:sessions`);

/** Some of the user's sessions have ended. */
export const sessionsChanged = (userId: number): Effect => invalidated(`user:${userId}`, `user:${userId}:sessions`);
