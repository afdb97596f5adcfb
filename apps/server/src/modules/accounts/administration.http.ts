import Type from 'typebox';
import { AdminUser, AdminUsersQuery, Id, Page, PatchAdminUserBody } from '@watchparty/protocol';
import { clientOf, jsonRoute, type Route } from '../../kernel/route.ts';
import type { Accounts } from './accounts.ts';

const params = Type.Object({ id: Id }, { additionalProperties: false });

export function administrationRoutes(accounts: Pick<Accounts, 'administration'>): Route[] {
  const tag = 'Administration';
  return [
    jsonRoute({
      method: 'GET', path: '/api/admin/users', id: 'listUsers', tag, access: 'admin',
      summary: 'Accounts, the newest first', query: AdminUsersQuery, response: Page(AdminUser), errors: ['page.past_end'],
      handle: ({ query }) => accounts.administration.users(query),
    }),
    jsonRoute({
      method: 'GET', path: '/api/admin/users/:id', id: 'getUserAsAdmin', tag, access: 'admin',
      summary: 'One account', params, response: AdminUser, errors: ['accounts.not_found'],
      handle: ({ params: { id } }) => accounts.administration.user(id),
    }),
    jsonRoute({
      method: 'PATCH', path: '/api/admin/users/:id', id: 'changeUser', tag, access: 'admin',
      summary: 'Promote, demote, disable or enable an account',
      description: 'Only within 15 minutes after signing in or proving anew who one is. Disabling ends all sessions at once.',
      params, body: PatchAdminUserBody, response: AdminUser,
      errors: ['accounts.not_found', 'accounts.last_admin', 'auth.reauthentication_required'],
      handle: (context) =>
        accounts.administration.changeUser(context.write, context.actor, context.params.id, context.body, clientOf(context)),
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/admin/users/:id/second-factor', id: 'removeSecondFactorOf', tag, access: 'admin',
      summary: 'Let somebody sign in without a second factor who has lost it', params, response: AdminUser,
      description: 'Only within 15 minutes after signing in or proving anew who one is.',
      errors: ['accounts.not_found', 'accounts.second_factor_missing', 'auth.reauthentication_required'],
      handle: (context) => accounts.administration.removeSecondFactor(context.write, context.actor, context.params.id, clientOf(context)),
    }),
  ];
}
