import Type from 'typebox';
import type { LiveModule } from '../../kernel/live.ts';
import { rawRoute, type Route } from '../../kernel/route.ts';
import { PAGE_POLICY } from '../shared/index.ts';
import { clockModule } from './clock.ts';
import { describeLive } from './description.ts';
import { liveReferencePage } from './reference-page.ts';

const VERSION = '0.1.0';

/** `/api/asyncapi.json`, and `/api/docs/live` for people. */
export function liveReferenceRoutes(modules: readonly LiveModule[]): Route[] {
  const handlers = [...modules, clockModule({ now: () => 0 })].flatMap((module) => module.handlers);
  const description = JSON.stringify(describeLive(handlers, { version: VERSION }));
  const page = liveReferencePage(handlers);
  const common = { method: 'GET', tag: 'Reference', access: 'anyone', ignoresToken: true, produces: {}, query: Type.Object({}), limit: 'none' } as const;
  return [
    rawRoute({
      ...common, path: '/api/asyncapi.json', id: 'asyncapi', summary: 'The description of live events',
      handle: async () => ({
        status: 200, headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-cache' }, body: description,
      }),
    }),
    rawRoute({
      ...common, path: '/api/docs/live', id: 'liveReference', summary: 'The reference of live events',
      handle: async () => ({
        status: 200,
        headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY, 'cache-control': 'no-cache' },
        body: page,
      }),
    }),
  ];
}
