import Type from 'typebox';
import {
  ChangePasswordBody, ForgotPasswordBody, GuestBody, GuestSignedIn, LoginBody, OwnProfile, PatchProfileBody, PutProfileBody,
  ReauthenticateBody, RegisterBody, ResetPasswordBody, SignedIn,
} from '@watchparty/protocol';
import { clientOf, jsonRoute, type RequestContext, type Route, WithHeaders } from '../../kernel/route.ts';
import { accountPolicies } from './accounts.cache.ts';
import type { Accounts } from './accounts.ts';
import { administrationRoutes } from './administration.http.ts';
import { secondFactorRoutes } from './second-factor.http.ts';

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
      async handle(context) {
        const signedIn = await accounts.register(context.write, context.body, clientOf(context));
        return new WithHeaders(signedIn, { 'set-cookie': await accounts.deviceCookie(signedIn.user.id) });
      },
    }),
    jsonRoute({
      method: 'POST', path: '/api/auth/login', id: 'login', tag, limit: 'auth', access: 'anyone', ignoresToken: true,
      summary: 'Sign in with e-mail address or username',
      description:
        'With `useCookie` the refresh token goes into an HttpOnly cookie and not into the body. An account with a second ' +
        'factor answers `auth.code_required` to the right password: send all again with `code`. Another cookie tells the ' +
        'browser from those of strangers, so that they cannot use up the tries of this one.',
      body: LoginBody, response: SignedIn,
      errors: ['auth.credentials_wrong', 'auth.code_required', 'auth.code_wrong', 'auth.account_disabled'],
      async handle(context) {
        const all = await accounts.login(context.write, context.body, clientOf(context), cookieOf(context));
        const device = await accounts.deviceCookie(all.user.id);
        const { refreshToken, ...signedIn } = all;
        if (context.body.useCookie !== true || refreshToken === undefined) return new WithHeaders(all, { 'set-cookie': device });
        return new WithHeaders(signedIn, { 'set-cookie': [refreshCookie(refreshToken), device] });
      },
    }),
    jsonRoute({
      method: 'POST', path: '/api/auth/reauthenticate', id: 'reauthenticate', tag, limit: 'auth', access: 'user',
      summary: 'Prove anew who one is; holds for 15 minutes in this session',
      description: 'With the code of an authenticator app or a recovery code where one signs in with one, else with the password.',
      body: ReauthenticateBody, response: Type.Null(), errors: ['accounts.password_wrong', 'auth.code_required', 'auth.code_wrong'],
      async handle(context) {
        await accounts.reauthenticate(context.write, context.actor, context.body, clientOf(context));
        return null;
      },
    }),
    jsonRoute({
      method: 'POST', path: '/api/auth/guest', id: 'admitGuest', tag, limit: 'auth', access: 'anyone', ignoresToken: true,
      summary: 'Be a guest of one room, without an account',
      description:
        'With the invitation of a room, for 12 hours. The tokens are good for that room alone: to look, join, talk and watch. ' +
        'Joining takes the invitation again. Guests are let in whatever `REGISTRATION` says.',
      body: GuestBody, response: GuestSignedIn, status: 201, idempotent: true, errors: ['accounts.invite_invalid'],
      handle: (context) => accounts.admitGuest(context.write, context.body, clientOf(context)),
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
      description: 'Another address only within 15 minutes after signing in or proving anew who one is.',
      errors: ['accounts.email_taken', 'accounts.username_taken', 'auth.reauthentication_required'],
      handle: (context) => accounts.patchProfile(context.write, context.actor, context.body, clientOf(context)),
    }),
    jsonRoute({
      method: 'PUT', path: '/api/auth/profile', id: 'putProfile', tag, access: 'user',
      summary: 'Replace one’s profile', body: PutProfileBody, response: OwnProfile,
      description: 'Another address only within 15 minutes after signing in or proving anew who one is.',
      errors: ['accounts.email_taken', 'accounts.username_taken', 'auth.reauthentication_required'],
      handle: (context) => accounts.putProfile(context.write, context.actor, context.body, clientOf(context)),
    }),
    jsonRoute({
      method: 'POST', path: '/api/auth/change-password', id: 'changePassword', tag, limit: 'auth', access: 'user',
      summary: 'Change one’s password; ends one’s other sessions',
      description: 'Where one signs in with a code, only within 15 minutes after signing in or proving anew who one is.',
      body: ChangePasswordBody, response: Type.Null(),
      errors: ['accounts.password_wrong', 'accounts.password_weak', 'auth.reauthentication_required'],
      async handle(context) {
        const { write, actor, body } = context;
        await accounts.changePassword(write, actor, body.currentPassword, body.newPassword, clientOf(context));
        return new WithHeaders(null, { 'set-cookie': await accounts.deviceCookie(actor.userId) });
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
      async handle(context) {
        const { write, body } = context;
        const userId = await accounts.resetPassword(write, body.token, body.password, clientOf(context));
        return new WithHeaders(null, { 'set-cookie': await accounts.deviceCookie(userId) });
      },
    }),
    ...secondFactorRoutes(accounts),
    ...administrationRoutes(accounts),
  ];
}

function cookieOf({ headers: { cookie } }: Pick<RequestContext, 'headers'>): string | undefined {
  return typeof cookie === 'string' ? cookie : undefined;
}
