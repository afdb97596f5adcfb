import Type from 'typebox';
import { FoundPerson, Id, Page, PeopleQuery, User, UserAnalytics } from '@watchparty/protocol';
import { Problem } from '../../kernel/problem.ts';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import type { Analytics } from './analytics.ts';
import { peoplePolicies } from './people.cache.ts';
import type { People } from './people.ts';

const params = Type.Object({ id: Id }, { additionalProperties: false });

export function peopleRoutes({ people, analytics }: { readonly people: People; readonly analytics: Analytics }): Route[] {
  const common = { tag: 'People', access: 'user' } as const;
  return [
    jsonRoute({
      ...common, method: 'GET', path: '/api/users/search', id: 'searchPeople', summary: 'People by their names, friends first',
      description:
        'Tolerates mistakes; finds Cyrillic names by Latin letters and the other way round. A name may be found as it was half ' +
        'a minute ago; who blocks whom is as of now.',
      query: PeopleQuery, response: Page(FoundPerson), errors: ['page.past_end'],
      handle: ({ actor, query }) => people.search(actor, query),
    }),
    jsonRoute({
      ...common, method: 'GET', path: '/api/users/:id', id: 'getUser', summary: 'What everybody may see of somebody',
      description: 'How one stands with them says `GET /api/friends/{userId}`.',
      params, response: User, errors: ['accounts.not_found', 'friends.blocking'],
      cached: {
        policy: peoplePolicies.public, params: ({ params: { id } }) => ({ id }),
        authorize: ({ actor, params: { id } }) => people.requireVisible(actor, id),
      },
      handle: ({ params: { id } }) => people.profile(id),
    }),
    jsonRoute({
      ...common, method: 'GET', path: '/api/users/:id/analytics', id: 'getUserAnalytics',
      summary: 'What somebody has done here, in all and by week; one’s own, or as an administrator',
      params, response: UserAnalytics, errors: ['accounts.not_found', 'auth.forbidden'],
      cached: {
        policy: peoplePolicies.analytics, params: ({ params: { id } }) => ({ id }),
        async authorize({ actor, params: { id } }) {
          if (actor.userId !== id && actor.role !== 'admin') throw new Problem('auth.forbidden');
        },
      },
      handle: ({ params: { id } }) => analytics.of(id),
    }),
  ];
}
