import Type from 'typebox';
import { Page, PageQuery, Refreshed, RefreshBody, Session, SessionsEnded, SessionStats, Uuid } from '@watchparty/protocol';
import { pageOf } from '../../kernel/page.ts';
import { Problem } from '../../kernel/problem.ts';
import { clientOf, jsonRoute, type Route, WithHeaders } from '../../kernel/route.ts';
import type { RefreshCookies } from './refresh-cookie.ts';
import type { Sessions } from './sessions.ts';
import { sessionView } from './sessions.views.ts';
import type { SessionStatistics } from './statistics.ts';

interface Deps {
  readonly sessions: Sessions;
  readonly statistics: SessionStatistics;
  readonly cookies: RefreshCookies;
}

const tag = 'Sessions';

export function sessionsRoutes(deps: Deps): Route[] {
  return [...tokenRoutes(deps), ...deviceRoutes(deps)];
}

function tokenRoutes({ sessions, cookies }: Deps): Route[] {
  return [
    jsonRoute({
      method: 'POST', path: '/api/auth/refresh', id: 'refresh', tag, access: 'anyone', ignoresToken: true,
      summary: 'New tokens for a refresh token, from the body or the cookie',
      description:
        'Each refresh token is good once. A used one that is shown again ends its session, but for 10 seconds in which ' +
        'the same device gets the same answer again. The cookie is taken from our own pages only.',
      body: RefreshBody, bodyOptional: true, response: Refreshed, errors: ['auth.refresh_token_invalid', 'auth.cross_site'],
      async handle(context) {
        const { write, body, headers } = context;
        const fromBody = body.refreshToken;
        const token = fromBody ?? cookies.read(headers);
        if (token === undefined) throw new Problem('auth.refresh_token_invalid', { detail: 'No refresh token was sent' });
        const { refreshToken, ...fresh } = await sessions.refresh(write, token, clientOf(context));
        if (fromBody !== undefined) return { ...fresh, refreshToken };
        return new WithHeaders(fresh, { 'set-cookie': cookies.set(refreshToken) });
      },
    }),
    jsonRoute({
      method: 'POST', path: '/api/auth/logout', id: 'logout', tag, access: 'user', guests: {},
      summary: 'End this session', response: Type.Null(),
      async handle({ write, actor }) {
        await sessions.end(write, actor.sessionId);
        return new WithHeaders(null, { 'set-cookie': cookies.clear });
      },
    }),
  ];
}

function deviceRoutes({ sessions, statistics, cookies }: Deps): Route[] {
  return [
    jsonRoute({
      method: 'GET', path: '/api/auth/sessions', id: 'listSessions', tag, access: 'user',
      summary: 'Where one is signed in', query: PageQuery, response: Page(Session), errors: ['page.past_end'],
      description: 'The one used last first; a page of 100 has them all.',
      async handle({ actor, query: { page = 1, limit = 10 } }) {
        const all = await sessions.getUserActiveSessions(actor.userId);
        const items = all.slice((page - 1) * limit, page * limit).map((session) => sessionView(session, actor.sessionId));
        return pageOf(items, all.length, { page, limit });
      },
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/auth/sessions/:id', id: 'endSession', tag, access: 'user',
      summary: 'Sign out one device', params: Type.Object({ id: Uuid }), response: Type.Null(),
      description: 'Another device than this one only within 15 minutes after signing in or proving anew who one is.',
      errors: ['sessions.not_found', 'auth.reauthentication_required'],
      async handle({ write, actor, params }) {
        if (params.id !== actor.sessionId) await sessions.requireRecentProof(actor.sessionId);
        await sessions.revoke(write, { userId: actor.userId, sessionId: params.id });
        return params.id === actor.sessionId ? new WithHeaders(null, { 'set-cookie': cookies.clear }) : null;
      },
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/auth/sessions', id: 'endOtherSessions', tag, access: 'user',
      summary: 'Sign out all other devices', response: SessionsEnded, errors: ['auth.reauthentication_required'],
      description: 'Only within 15 minutes after signing in or proving anew who one is.',
      async handle({ write, actor }) {
        await sessions.requireRecentProof(actor.sessionId);
        return { ended: await sessions.revokeOthers(write, actor) };
      },
    }),
    jsonRoute({
      method: 'GET', path: '/api/admin/sessions/stats', id: 'sessionStats', tag, access: 'admin',
      summary: 'Open sessions by device and platform; begun and ended per day', response: SessionStats,
      handle: () => statistics.stats(),
    }),
  ];
}
