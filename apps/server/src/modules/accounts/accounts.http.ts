import Type from 'typebox';
import {
  ChangePasswordBody, ForgotPasswordBody, LoginBody, OwnProfile, PatchProfileBody, PutProfileBody, RegisterBody,
  ResetPasswordBody, SignedIn,
} from '@watchparty/protocol';
import { clientOf, jsonRoute, type Route, WithHeaders } from '../../kernel/route.ts';
import { accountPolicies } from './accounts.cache.ts';
import type { Accounts } from './accounts.ts';

interface Deps {
  readonly accounts: Accounts;
  /** The `Set-Cookie` that keeps a refresh token in the browser, out of reach of scripts. */
  readonly refreshCookie: (refreshToken: string) => string;
}

export function accountsRoutes({ accounts, refreshCookie }: Deps): Route[] {
  const tag = 'Accounts';
  return [
    jsonRoute({
      method: 'POST', path: '/api/auth/register', id: 'register', tag, limit: 'auth', access: 'anyone', ignoresToken: true,
      summary: 'Create an account and sign in',
      description: 'The first account of a server that is not in production is its admin.',
      body: RegisterBody, response: SignedIn, status: 201, idempotent: true,
      errors: [
        'accounts.email_taken', 'accounts.username_taken', 'accounts.password_weak', 'accounts.registration_closed',
        'accounts.registration_invite_only', 'accounts.invite_invalid', 'accounts.setup_token_invalid',
      ],
      handle: (context) => accounts.register(context.write, context.body, clientOf(context)),
    }),
    jsonRoute({
      method: 'POST', path: '/api/auth/login', id: 'login', tag, limit: 'auth', access: 'anyone', ignoresToken: true,
      summary: 'Sign in with e-mail address or username',
      description: 'With `useCookie` the refresh token goes into an HttpOnly cookie and not into the body.',
      body: LoginBody, response: SignedIn, errors: ['auth.credentials_wrong'],
      async handle(context) {
        const all = await accounts.login(context.write, context.body, clientOf(context));
        const { refreshToken, ...signedIn } = all;
        if (context.body.useCookie !== true || refreshToken === undefined) return all;
        return new WithHeaders(signedIn, { 'set-cookie': refreshCookie(refreshToken) });
      },
    }),
    jsonRoute({
      method: 'GET', path: '/api/auth/profile', id: 'getProfile', tag, access: 'user',
      summary: 'One’s own profile', response: OwnProfile,
      cached: { policy: accountPolicies.profile, params: ({ actor }) => ({ id: actor.userId }) },
      handle: ({ actor }) => accounts.profile(actor),
    }),
    jsonRoute({
      method: 'PATCH', path: '/api/auth/profile', id: 'patchProfile', tag, access: 'user',
      summary: 'Change parts of one’s profile', body: PatchProfileBody, response: OwnProfile,
      errors: ['accounts.email_taken', 'accounts.username_taken'],
      handle: ({ write, actor, body }) => accounts.patchProfile(write, actor, body),
    }),
    jsonRoute({
      method: 'PUT', path: '/api/auth/profile', id: 'putProfile', tag, access: 'user',
      summary: 'Replace one’s profile', body: PutProfileBody, response: OwnProfile,
      errors: ['accounts.email_taken', 'accounts.username_taken'],
      handle: ({ write, actor, body }) => accounts.putProfile(write, actor, body),
    }),
    jsonRoute({
      method: 'POST', path: '/api/auth/change-password', id: 'changePassword', tag, limit: 'auth', access: 'user',
      summary: 'Change one’s password; ends one’s other sessions',
      body: ChangePasswordBody, response: Type.Null(), errors: ['accounts.password_wrong', 'accounts.password_weak'],
      async handle({ write, actor, body }) {
        await accounts.changePassword(write, actor, body.currentPassword, body.newPassword);
        return null;
      },
    }),
    jsonRoute({
      method: 'POST', path: '/api/auth/forgot-password', id: 'forgotPassword', tag, limit: 'auth', access: 'anyone',
      ignoresToken: true,
      summary: 'Ask for a mail with a link by which a new password can be chosen',
      description:
        'The answer is the same whether there is an account with this address or not. The link works once, for an hour.',
      body: ForgotPasswordBody, response: Type.Null(), status: 202,
      async handle({ write, body }) {
        await accounts.requestPasswordReset(write, body.email);
        return null;
      },
    }),
    jsonRoute({
      method: 'POST', path: '/api/auth/reset-password', id: 'resetPassword', tag, limit: 'auth', access: 'anyone',
      ignoresToken: true,
      summary: 'Choose a new password by the link of a mail; ends all one’s sessions',
      body: ResetPasswordBody, response: Type.Null(), errors: ['accounts.reset_token_invalid', 'accounts.password_weak'],
      async handle({ write, body }) {
        await accounts.resetPassword(write, body.token, body.password);
        return null;
      },
    }),
  ];
}
