import Type from 'typebox';
import { Problem } from '../../kernel/problem.ts';
import { rawRoute, type RequestContext, type Route } from '../../kernel/route.ts';
import type { WebApp } from './web-app.ts';

const common = {
  method: 'GET', tag: 'Pages', access: 'anyone', ignoresToken: true, limit: 'none', produces: {},
  // A page's address may carry anything, such as an invitation.
  query: Type.Object({}),
} as const;

/** The web app's page at each of its addresses, and its files. */
export function pageRoutes(app: WebApp, pagePaths: readonly string[]): Route[] {
  const file = (path: string, { headers }: RequestContext) => {
    const reply = app.file(path, headers);
    if (reply === undefined) throw new Problem('route.not_found');
    return Promise.resolve(reply);
  };
  return [
    ...pagePaths.map((path) =>
      rawRoute({
        ...common, path, id: `page:${path}`, summary: 'The web app',
        params: Type.Object({ id: Type.Optional(Type.String()) }),
        handle: ({ headers }) => Promise.resolve(app.page(headers)),
      })),
    ...app.fixedPaths.map((path) =>
      rawRoute({ ...common, path, id: `file:${path}`, summary: 'A file of the web app', handle: async (context) => file(path, context) })),
    rawRoute({
      ...common, path: '/assets/:name', id: 'asset', summary: 'A file of the web app, whose name changes with its content',
      params: Type.Object({ name: Type.String() }),
      handle: async (context) => file(`/assets/${context.params.name}`, context),
    }),
  ];
}

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly accept?: string | undefined };
}

/** Whether somebody types an address into a browser or follows a link, rather than a program asking the API. */
export const wantsPage = ({ method, url, headers }: Asked): boolean =>
  (method === 'GET' || method === 'HEAD') && headers.accept?.includes('text/html') === true && !/^\/(?:api|assets|uploads|socket\.io)(?:[/?]|$)/.test(url);
