import Type from 'typebox';
import { Refreshed, RefreshBody } from '@watchparty/protocol';
import { Problem } from '../../kernel/problem.ts';
import { jsonRoute, type Route, WithHeaders } from '../../kernel/route.ts';
import { readRefreshCookie, type refreshCookies } from './refresh-cookie.ts';
import type { Sessions } from './sessions.ts';

interface Deps {
  readonly sessions: Sessions;
  readonly cookies: ReturnType<typeof refreshCookies>;
}

export function sessionsRoutes({ sessions, cookies }: Deps): Route[] {
  const tag = 'Sessions';
  return [
    jsonRoute({
      method: 'POST', path: '/api/auth/refresh', id: 'refresh', tag, access: 'anyone', ignoresToken: true,
      summary: 'New tokens for a refresh token, from the body or the cookie',
      body: RefreshBody, bodyOptional: true, response: Refreshed, errors: ['auth.refresh_token_invalid'],
      async handle({ write, body, headers }) {
        const fromBody = body.refreshToken;
        const token = fromBody ?? readRefreshCookie(headers['cookie']);
        if (token === undefined) throw new Problem('auth.refresh_token_invalid', { detail: 'No refresh token was sent' });
        const { refreshToken, ...fresh } = await sessions.refresh(write, token);
        if (fromBody !== undefined) return { ...fresh, refreshToken };
        return new WithHeaders(fresh, { 'set-cookie': cookies.set(refreshToken) });
      },
    }),
    jsonRoute({
      method: 'POST', path: '/api/auth/logout', id: 'logout', tag, access: 'user',
      summary: 'End this session', response: Type.Null(),
      async handle({ write, actor }) {
        await sessions.end(write, actor.sessionId);
        return new WithHeaders(null, { 'set-cookie': cookies.clear });
      },
    }),
  ];
}
