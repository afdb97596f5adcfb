import { extname } from 'node:path';
import Type from 'typebox';
import { Problem } from '../../kernel/problem.ts';
import type { Queues } from '../../kernel/queues.ts';
import { clientOf, jsonRoute, type RawReply, rawRoute, type RequestContext, type Route, WithHeaders } from '../../kernel/route.ts';
import type { Board, BoardAnswer } from './board.ts';
import { SCRIPT, signInPage, signOutPage } from './board-pages.ts';
import type { BoardSignIn } from './board-sign-in.ts';

interface Deps {
  readonly board: () => Promise<Board>;
  readonly signIn: BoardSignIn;
}

/** Bull Board takes a tenth of a second to load: when an administrator first looks. */
export function openBoard(queues: Pick<Queues, 'bull'>): () => Promise<Board> {
  let board: Promise<Board> | undefined;
  return () => {
    board ??= import('./board.ts').then(({ createBoard }) => createBoard({ basePath: BOARD_PATH, signOutPath: PATHS.signOut }, queues));
    return board;
  };
}

export const BOARD_PATH = '/admin/queues';
const PATHS = { base: BOARD_PATH, signIn: `${BOARD_PATH}/sign-in`, signOut: `${BOARD_PATH}/sign-out`, script: `${BOARD_PATH}/sign-in.js` };

/** Scripts from this server only. Bull Board's page and its components bring their styles along. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
  "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8', '.png': 'image/png', '.ico': 'image/x-icon', '.txt': 'text/plain; charset=utf-8',
};

const SignInBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 320 }), password: Type.String({ minLength: 1, maxLength: 1000 }),
    code: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
);

/** Pages, not part of the API and not in its description. */
export function boardRoutes({ board, signIn }: Deps): Route[] {
  const common = { tag: 'Pages', access: 'anyone', ignoresToken: true } as const;
  const shown = { ...common, method: 'GET', limit: 'none', produces: {}, query: Type.Object({}) } as const;

  async function show({ headers }: RequestContext, path: string, query: Readonly<Record<string, string>>): Promise<RawReply> {
    const admitted = await signIn.admitted(headers);
    if (admitted === undefined) {
      if (path.startsWith('/api/') || path.startsWith('/static/')) throw new Problem('auth.required');
      return html(401, signInPage(PATHS));
    }
    const answer = await (await board()).answer(path, query);
    if (answer === undefined) throw new Problem('route.not_found');
    const cookie = admitted.setCookie === undefined ? {} : { 'set-cookie': admitted.setCookie };
    return { status: answer.status, headers: { ...headersOf(answer, path), ...cookie }, body: answer.body };
  }

  return [
    rawRoute({
      ...shown, path: PATHS.script, id: 'queueBoardScript', summary: 'The script of the sign-in form',
      handle: async () => ({ status: 200, headers: { 'content-type': TYPES['.js']!, 'cache-control': 'no-cache' }, body: SCRIPT }),
    }),
    jsonRoute({
      ...common, method: 'POST', path: PATHS.signIn, id: 'signInToQueueBoard', limit: 'auth', summary: 'Sign in to the board',
      body: SignInBody, response: Type.Null(), errors: ['auth.credentials_wrong', 'auth.code_required', 'auth.code_wrong', 'auth.account_disabled', 'auth.forbidden'],
      handle: async (context) =>
        new WithHeaders(null, { 'set-cookie': await signIn.signIn(context.write, context.headers, context.body, clientOf(context)) }),
    }),
    rawRoute({
      ...shown, path: PATHS.signOut, id: 'queueBoardSignOutPage', summary: 'Asks whether to sign out',
      handle: async () => html(200, signOutPage(PATHS)),
    }),
    jsonRoute({
      ...common, method: 'POST', path: PATHS.signOut, id: 'signOutOfQueueBoard', summary: 'Sign out of the board',
      body: Type.Object({}, { additionalProperties: false }), response: Type.Null(), errors: ['auth.forbidden'],
      handle: async ({ write, headers }) => new WithHeaders(null, { 'set-cookie': await signIn.signOut(write, headers) }),
    }),
    rawRoute({
      ...shown, path: BOARD_PATH, id: 'queueBoard', summary: 'The board of the queues', handle: (context) => show(context, '/', {}),
    }),
    rawRoute({
      ...shown, path: `${BOARD_PATH}/`, id: 'queueBoardHome', summary: 'The board of the queues', handle: (context) => show(context, '/', {}),
    }),
    rawRoute({
      ...shown, path: `${BOARD_PATH}/*`, id: 'queueBoardParts', summary: 'What the board shows and asks for',
      params: Type.Object({ '*': Type.String() }),
      query: Type.Object({}, { additionalProperties: Type.String() }),
      handle: (context) => show(context, `/${context.params['*']}`, context.query as Record<string, string>),
    }),
  ];
}

const html = (status: number, body: string): RawReply => ({
  status, body,
  headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY, 'cache-control': 'no-store' },
});

function headersOf({ type }: BoardAnswer, path: string): Readonly<Record<string, string>> {
  if (type === 'page') return html(200, '').headers;
  if (type === 'json') return { 'content-type': TYPES['.json']!, 'cache-control': 'no-store' };
  // Scripts and styles carry a hash in their names.
  const fixed = /\.[0-9a-f]{10}\.(?:js|css)$/.test(path);
  return {
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'cache-control': fixed ? 'private, max-age=31536000, immutable' : 'private, no-cache',
  };
}
