import Type from 'typebox';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import { type RawReply, rawRoute, type RequestContext, type Route } from '../../kernel/route.ts';
import { type Card, cardHead, type Cards } from './cards.ts';
import type { WebApp } from './web-app.ts';

const common = {
  method: 'GET', tag: 'Pages', access: 'anyone', ignoresToken: true, limit: 'none', produces: {},
  // A page's address may carry anything, such as an invitation.
  query: Type.Object({}),
} as const;

/** What browsers get. */
export interface Web {
  readonly app: WebApp;
  /** The addresses of its pages. */
  readonly paths: readonly string[];
  readonly cards: Cards;
}

/** Where nothing is that is the same for everybody, or that anybody should come upon. */
const HIDDEN = ['/api/', '/admin', '/messages', '/friends', '/profile', '/reset-password', '/forgot-password', '/rooms/new', '/events/new', '/calendar'];

/** The web app's page at each of its addresses, and its files. */
export function pageRoutes({ app, paths: pagePaths, cards }: Web, { publicUrl, log }: { readonly publicUrl: string; readonly log: Log }): Route[] {
  /** The page comes whatever happens; its card is neutral where there is none for everybody. */
  async function cardOf(path: string, id: string | undefined): Promise<Card | undefined> {
    const find = Object.hasOwn(cards, path) ? cards[path] : undefined;
    if (find === undefined || id === undefined || !/^[1-9]\d{0,8}$/.test(id)) return undefined;
    try {
      return await find(Number(id));
    } catch (err) {
      if (!(err instanceof Problem)) log.warn({ err, path }, 'A page goes out without its card');
      return undefined;
    }
  }

  async function page(path: string, { headers, params, query }: PageContext): Promise<RawReply> {
    const card = await cardOf(path, params.id);
    // Of what is not for everybody nothing is told, not even that this is its address.
    const isFindable = params.id === undefined ? !HIDDEN.some((hidden) => path.startsWith(hidden)) : card !== undefined;
    const address = isFindable && !('invite' in query) ? path.replace(':id', params.id ?? '') : undefined;
    return app.page(headers, cardHead(publicUrl, card, address));
  }

  const robots = `User-agent: *\n${HIDDEN.map((path) => `Disallow: ${path}\n`).join('')}`;
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
        handle: (context) => page(path, context),
      })),
    rawRoute({
      ...common, path: '/robots.txt', id: 'robots', summary: 'Which pages search engines may keep',
      handle: () => Promise.resolve({
        status: 200, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'public, max-age=3600' }, body: robots,
      }),
    }),
    ...app.fixedPaths.map((path) =>
      rawRoute({ ...common, path, id: `file:${path}`, summary: 'A file of the web app', handle: async (context) => file(path, context) })),
    rawRoute({
      ...common, path: '/assets/:name', id: 'asset', summary: 'A file of the web app, whose name changes with its content',
      params: Type.Object({ name: Type.String() }),
      handle: async (context) => file(`/assets/${context.params.name}`, context),
    }),
  ];
}

interface PageContext {
  readonly headers: RequestContext['headers'];
  readonly params: { readonly id?: string };
  readonly query: object;
}

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly accept?: string | undefined };
}

/** Whether somebody types an address into a browser or follows a link, rather than a program asking the API. */
export const wantsPage = ({ method, url, headers }: Asked): boolean =>
  (method === 'GET' || method === 'HEAD') && headers.accept?.includes('text/html') === true && !/^\/(?:api|assets|uploads|socket\.io)(?:[/?]|$)/.test(url);
