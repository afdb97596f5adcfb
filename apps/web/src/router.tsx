import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Failed } from './shell/failed.tsx';
import { Loading } from './shell/loading.tsx';
import { NotFound } from './shell/not-found.tsx';
import { Shell } from './shell/shell.tsx';

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Failed });

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
/** Within the app only: a link must not lead whoever signs in to somebody else's page. */
const nextIn = (value: unknown): string | undefined => (typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : undefined);
const pageIn = (value: unknown): number | undefined => (/^[1-9]\d{0,5}$/.test(String(value)) && String(value) !== '1' ? Number(value) : undefined);
const idIn = (value: unknown): number | undefined => (/^[1-9]\d{0,8}$/.test(String(value)) ? Number(value) : undefined);

type Search = Record<string, unknown>;
const withNext = { validateSearch: ({ next, invite, setup }: Search): { next?: string; invite?: string; setup?: string } => given({ next: nextIn(next), invite: text(invite), setup: text(setup) }) };
const withPage = { validateSearch: ({ page, mine }: Search): { page?: number; mine?: boolean } => given({ page: pageIn(page), mine: mine === 'true' ? true : undefined }) };

const oneOf = <const T extends readonly string[]>(names: T, value: unknown): T[number] | undefined => names.find((name) => name === value);
const countIn = (value: unknown): number | undefined => (/^[1-9]\d{0,8}$/.test(String(value)) ? Number(value) : undefined);
const EVENT_TABS = ['friends', 'mine', 'nearby', 'trending'] as const;
const withEvents = {
  validateSearch: ({ tab, place, radius, days }: Search): { tab?: (typeof EVENT_TABS)[number]; place?: string; radius?: number; days?: number } =>
    given({ tab: oneOf(EVENT_TABS, tab), place: text(place), radius: countIn(radius), days: countIn(days) }),
};
const withPlan = {
  validateSearch: ({ date, room }: Search): { date?: string; room?: number } => given({ date: dayIn(date), room: countIn(room) }),
};
const withMonth = {
  validateSearch: ({ view, month }: Search): { view?: 'month' | 'list'; month?: string } =>
    given({ view: oneOf(['month', 'list'], view), month: dayIn(`${String(month)}-01`)?.slice(0, 7) }),
};
/** `2026-12-05`, where there is such a day. */
function dayIn(value: unknown): string | undefined {
  const day = text(value);
  const ms = day !== undefined && /^(?:19|20|21)\d\d-\d\d-\d\d$/.test(day) ? Date.parse(day) : Number.NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === day ? day : undefined;
}

function given<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> };
}

const getParentRoute = () => rootRoute;
const adminRoute = createRoute({ getParentRoute, path: '/admin', component: lazyRouteComponent(() => import('./screens/admin/admin.tsx'), 'Admin') });
const inAdmin = { getParentRoute: () => adminRoute };
const sections = [
  createRoute({ ...inAdmin, path: '/', component: lazyRouteComponent(() => import('./screens/admin/overview.tsx'), 'Overview') }),
  createRoute({ ...inAdmin, path: '/jobs', component: lazyRouteComponent(() => import('./screens/admin/jobs.tsx'), 'Jobs') }),
  createRoute({ ...inAdmin, path: '/cache', component: lazyRouteComponent(() => import('./screens/admin/cache.tsx'), 'CachePage') }),
  createRoute({ ...inAdmin, path: '/live', component: lazyRouteComponent(() => import('./screens/admin/live.tsx'), 'Live') }),
  createRoute({ ...inAdmin, path: '/limits', component: lazyRouteComponent(() => import('./screens/admin/limits.tsx'), 'Limits') }),
  createRoute({ ...inAdmin, path: '/sessions', component: lazyRouteComponent(() => import('./screens/admin/sessions.tsx'), 'SessionsPage') }),
  createRoute({ ...inAdmin, path: '/reports', component: lazyRouteComponent(() => import('./screens/admin/reports.tsx'), 'Reports') }),
  createRoute({ ...inAdmin, path: '/users', component: lazyRouteComponent(() => import('./screens/admin/users.tsx'), 'Users') }),
  createRoute({
    ...inAdmin, path: '/audit', validateSearch: ({ user }: Search): { user?: number } => given({ user: /^[1-9]\d{0,8}$/.test(String(user)) ? Number(user) : undefined }),
    component: lazyRouteComponent(() => import('./screens/admin/audit.tsx'), 'Audit'),
  }),
] as const;
const routes = [
  createRoute({ getParentRoute, path: '/', component: lazyRouteComponent(() => import('./screens/home/home.tsx'), 'Home') }),
  createRoute({ getParentRoute, path: '/login', ...withNext, component: lazyRouteComponent(() => import('./screens/auth/login.tsx'), 'Login') }),
  createRoute({ getParentRoute, path: '/register', ...withNext, component: lazyRouteComponent(() => import('./screens/auth/register.tsx'), 'Register') }),
  createRoute({ getParentRoute, path: '/forgot-password', component: lazyRouteComponent(() => import('./screens/auth/forgot.tsx'), 'ForgotPassword') }),
  createRoute({
    getParentRoute, path: '/reset-password', validateSearch: ({ token }: Search): { token?: string } => given({ token: text(token) }),
    component: lazyRouteComponent(() => import('./screens/auth/reset.tsx'), 'ResetPassword'),
  }),
  createRoute({ getParentRoute, path: '/rooms', ...withPage, component: lazyRouteComponent(() => import('./screens/rooms/rooms.tsx'), 'Rooms') }),
  createRoute({
    getParentRoute, path: '/rooms/new', validateSearch: ({ movie, friend }: Search): { movie?: number; friend?: number } => given({ movie: idIn(movie), friend: idIn(friend) }),
    component: lazyRouteComponent(() => import('./screens/rooms/create-room.tsx'), 'CreateRoom'),
  }),
  createRoute({
    getParentRoute, path: '/rooms/$roomId', validateSearch: ({ invite }: Search): { invite?: string } => given({ invite: text(invite) }),
    component: lazyRouteComponent(() => import('./screens/room/room-page.tsx'), 'RoomPage'),
  }),
  createRoute({ getParentRoute, path: '/movies', ...withPage, component: lazyRouteComponent(() => import('./screens/movies/movies.tsx'), 'Movies') }),
  createRoute({
    getParentRoute, path: '/friends', validateSearch: ({ q }: Search): { q?: string } => given({ q: text(q) }),
    component: lazyRouteComponent(() => import('./screens/friends/friends.tsx'), 'Friends'),
  }),
  createRoute({ getParentRoute, path: '/people/$userId', component: lazyRouteComponent(() => import('./screens/people/person.tsx'), 'PersonPage') }),
  createRoute({ getParentRoute, path: '/events', ...withEvents, component: lazyRouteComponent(() => import('./screens/events/events.tsx'), 'Events') }),
  createRoute({ getParentRoute, path: '/events/new', ...withPlan, component: lazyRouteComponent(() => import('./screens/events/form/new-event.tsx'), 'NewEvent') }),
  createRoute({ getParentRoute, path: '/events/$eventId', component: lazyRouteComponent(() => import('./screens/events/event-page.tsx'), 'EventPage') }),
  createRoute({ getParentRoute, path: '/events/$eventId/edit', component: lazyRouteComponent(() => import('./screens/events/form/edit-event.tsx'), 'EditEvent') }),
  createRoute({ getParentRoute, path: '/calendar', ...withMonth, component: lazyRouteComponent(() => import('./screens/events/calendar/calendar.tsx'), 'Calendar') }),
  createRoute({ getParentRoute, path: '/profile', component: lazyRouteComponent(() => import('./screens/profile/profile.tsx'), 'Profile') }),
  adminRoute.addChildren(sections),
] as const;

/** Plain `name=value`, as mails write it: an invitation that looks like a number stays a text. */
const parseSearch = (query: string): Search => Object.fromEntries(new URLSearchParams(query));
function stringifySearch(search: Search): string {
  const pairs = Object.entries(search).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]);
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

export const createAppRouter = () =>
  createRouter({
    routeTree: rootRoute.addChildren(routes), parseSearch, stringifySearch, defaultPreload: 'intent', scrollRestoration: true,
    defaultPendingComponent: Loading, defaultPendingMs: 150, defaultErrorComponent: Failed, defaultNotFoundComponent: NotFound,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
