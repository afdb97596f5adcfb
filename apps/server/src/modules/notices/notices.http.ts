import Type from 'typebox';
import { NoticesPage, NoticesQuery, NoticesUnread, ReadNoticesBody, Uuid } from '@watchparty/protocol';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import { noticePolicies } from './notices.cache.ts';
import type { Notices } from './notices.ts';

const common = { tag: 'Notices', access: 'user' } as const;

export function noticesRoutes(notices: Pick<Notices, 'list' | 'markRead' | 'remove'>): Route[] {
  return [
    jsonRoute({
      ...common, method: 'GET', path: '/api/notices', id: 'listNotices', summary: 'What concerns oneself, newest first',
      description: 'Requests, invitations, mentions, reminders. The newest of them are kept, for 90 days.',
      query: NoticesQuery, response: NoticesPage,
      cached: {
        policy: noticePolicies.newest,
        params: ({ actor, query: { cursor, limit = 20 } }) => (cursor === undefined ? { userId: actor.userId, limit } : undefined),
      },
      handle: ({ actor, query }) => notices.list(actor.userId, query),
    }),
    jsonRoute({
      ...common, method: 'POST', path: '/api/notices/read', id: 'readNotices', summary: 'Say that one has seen some, or all up to one',
      description: 'Told to all of one’s connections (`notices:read`). Answers how many are left unread.',
      body: ReadNoticesBody, response: NoticesUnread,
      handle: ({ write, actor, body }) => notices.markRead(write, actor, body),
    }),
    jsonRoute({
      ...common, method: 'DELETE', path: '/api/notices/:id', id: 'removeNotice', summary: 'Remove one',
      params: Type.Object({ id: Uuid }, { additionalProperties: false }), response: Type.Null(), errors: ['notices.not_found'],
      handle: ({ write, actor, params: { id } }) => notices.remove(write, actor, id),
    }),
  ];
}
