import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadConfig } from '../config/index.ts';
import type { Route } from '../kernel/route.ts';
import { cachePolicies } from '../main/policies.ts';
import { accountsRoutes } from '../modules/accounts/index.ts';
import { chatRoutes } from '../modules/chat/index.ts';
import { discoveryRoutes } from '../modules/events/index.ts';
import { moviesRoutes } from '../modules/movies/index.ts';
import { playlistRoutes } from '../modules/playlist/index.ts';
import { roomsRoutes } from '../modules/rooms/index.ts';
import { renderCachePage } from './render-docs.ts';

/** What users were promised: key and TTL by endpoint. Values stand as `*`. */
const PROMISED: readonly [key: string, ttlSeconds: number][] = [
  ['cache:rooms:page:*:limit:*', 300],
  ['cache:room:*', 300],
  ['cache:room:*:playlist', 300],
  ['cache:movies:page:*:limit:*', 300],
  ['cache:movie:*', 300],
  ['cache:chat:*:messages:*', 60],
  ['cache:user:*:profile', 600],
  ['cache:user:*:public', 3600],
  ['cache:users:search:*', 300],
  ['cache:user:*:analytics', 3600],
  ['cache:user:*:friends:*:*', 3600],
  ['cache:user:*:friend-requests', 3600],
  ['cache:friends:mutual:*:*', 3600],
  ['cache:user:*:notices:limit:*', 300],
  ['cache:event:*', 1800],
  ['cache:user:*:events:viewer:*:cursor:*:limit:*', 1800],
  ['cache:events:nearby:*:*:from:*:to:*:after:*:limit:*', 300],
  ['cache:events:trending:*:limit:*', 300],
  ['message:*', 5],
  ['messages:*:*', 5],
  ['session:*', 14 * 86_400],
  ['session:user:*', 14 * 86_400],
];

const ttlSeconds = (env: Readonly<Record<string, string>> = {}): Readonly<Record<string, number>> =>
  loadConfig({ env: { NODE_ENV: 'test', ...env }, cwd: '/nonexistent' }).cache.ttlSeconds;

test('docs/CACHE.md is as `node apps/server/src/caching/document.ts` writes it', () => {
  const page = readFileSync(new URL('../../../../docs/CACHE.md', import.meta.url), 'utf8');
  expect(page).toBe(renderCachePage(cachePolicies));
});

/** Of no endpoint: what answers are decided by. */
const INNER = new Set(['cache:room:*:standing:*', 'cache:user:*:friends:circle']);

test('Keys and TTLs are those that were promised', () => {
  const defaults = ttlSeconds();
  const declared = cachePolicies.map(({ key, ttl }) => [key.replaceAll(/\{\w+\}/g, '*'), defaults[ttl]] as const);
  expect(Object.fromEntries(declared.filter(([key]) => !INNER.has(key)))).toEqual(Object.fromEntries(PROMISED));
});

test('Each policy’s TTL is set by the setting that stands beside it', () => {
  const rows = renderCachePage(cachePolicies).matchAll(/^\| `([\w.]+)` \| .* \| `((?:CACHE_TTL|MESSAGE_CACHE)_\w+)` \| (\d+) s \| /gm);
  const shown = [...rows].map(([, name, setting, seconds]) => ({ name: name!, setting: setting!, seconds: Number(seconds) }));
  expect(shown.map(({ name }) => name)).toEqual(cachePolicies.map(({ name }) => name));
  for (const { name, setting, seconds } of shown) {
    const { ttl } = cachePolicies.find((policy) => policy.name === name)!;
    expect([name, ttlSeconds()[ttl], ttlSeconds({ [setting]: '77' })[ttl]]).toEqual([name, seconds, 77]);
  }
});

test('Every policy that a route is cached by is listed, under a name and a key of its own', () => {
  // The table is data: its handlers are not called, so they need nothing.
  const nothing = {} as never;
  const routes: Route[] = [
    ...accountsRoutes(nothing), ...moviesRoutes(nothing), ...roomsRoutes(nothing), ...chatRoutes(nothing), ...playlistRoutes(nothing),
    ...discoveryRoutes(nothing),
  ];
  const used = routes.flatMap((route) => (route.kind === 'json' && route.cached !== undefined ? [route.cached.policy] : []));
  expect(used.length).toBeGreaterThan(5);
  expect(used.filter((policy) => !cachePolicies.includes(policy))).toEqual([]);
  for (const of of ['name', 'key'] as const) expect(new Set(cachePolicies.map((policy) => policy[of])).size).toBe(cachePolicies.length);
});
