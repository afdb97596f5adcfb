import { User, UserAnalytics } from '@watchparty/protocol';
import Type from 'typebox';
import { declarePolicy } from '../../kernel/cache-policy.ts';
import { PEOPLE_TAG } from './accounts.cache.ts';

/** What a search may show that was true so long ago. */
const BOUNDED_MS = 30_000;

export const FoundAccount = Type.Object(
  {
    ...User.properties,
    score: Type.Number({ description: '0 to 1, and above that where the username is what was asked for' }),
  },
  { additionalProperties: false },
);
export type FoundAccount = Type.Static<typeof FoundAccount>;

export const peoplePolicies = {
  public: declarePolicy<{ id: number }>()({
    name: 'accounts.public', key: 'cache:user:{id}:public', tags: ['user:{id}'], ttl: 'publicProfile', freshness: 'strict', shape: User,
  }),
  /** Whom a text finds, whoever asks: who may not be shown to whom is decided afterwards, and strictly. */
  search: declarePolicy<{ q: string }>()({
    name: 'accounts.search', key: 'cache:users:search:{q}', tags: [PEOPLE_TAG], ttl: 'userSearch',
    freshness: { boundedMs: BOUNDED_MS }, maxAgeMs: BOUNDED_MS, shape: Type.Array(FoundAccount),
  }),
  analytics: declarePolicy<{ id: number }>()({
    name: 'accounts.analytics', key: 'cache:user:{id}:analytics', tags: ['user:{id}'], ttl: 'userAnalytics',
    freshness: { boundedMs: BOUNDED_MS }, maxAgeMs: BOUNDED_MS, shape: UserAnalytics,
  }),
};
