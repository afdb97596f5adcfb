import { createRequire } from 'node:module';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, sep } from 'node:path';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { Queues } from '../../kernel/queues.ts';

type BoardParts = Parameters<typeof createBullBoard>[0]['serverAdapter'];
type ApiRoute = Parameters<BoardParts['setApiRoutes']>[0][number];
type ApiRequest = NonNullable<Parameters<ApiRoute['handler']>[0]>;
type EntryRoute = Parameters<BoardParts['setEntryRoute']>[0];

export interface BoardAnswer {
  readonly status: number;
  readonly type: 'page' | 'file' | 'json';
  readonly body: Buffer | string;
}

/** Bull Board without a web server of its own. */
export interface Board {
  /** Answers to what is asked of it below its path (`/queue/email`); undefined: there is no such thing. */
  answer(path: string, query: Readonly<Record<string, string>>): Promise<BoardAnswer | undefined>;
}

interface Settings {
  /** Where it is served, without a slash at the end. */
  readonly basePath: string;
  readonly signOutPath: string;
}

/**
 * Only what looks is taken over. Changing the queues past the database, which is the truth about jobs, could lose some
 * or do them twice; failed ones are retried by `POST /api/queues/failed/:id/retry`.
 */
export function createBoard({ basePath, signOutPath }: Settings, { bull }: Pick<Queues, 'bull'>): Board {
  const ui = dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json'));
  const parts = collectParts();
  createBullBoard({
    queues: bull.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true, allowRetries: false })),
    serverAdapter: parts.adapter,
    options: {
      uiBasePath: ui,
      uiConfig: { boardTitle: 'WatchParty', hideDocsLink: true, miscLinks: [{ text: 'Sign out', url: signOutPath }] },
    },
  });
  const { queues, uiConfig, entry, api, errorHandler } = parts.found();
  const files = join(ui, 'dist', 'static');
  const names = new Set(readdirSync(files, { recursive: true, encoding: 'utf8' }).map((name) => `/static/${name.split(sep).join('/')}`));
  const page = fill(readFileSync(join(ui, 'dist', 'index.ejs'), 'utf8'), entry.handler({ basePath, uiConfig }).params);
  const pages = [entry.route].flat().map(compile);
  const reads = api.filter(({ method }) => [method].flat().includes('get'))
    .flatMap(({ route, handler }) => [route].flat().map((pattern) => ({ match: compile(pattern), handler })));

  async function read(handler: ApiRoute['handler'], params: Record<string, string>, query: Readonly<Record<string, string>>): Promise<BoardAnswer> {
    let answer: Awaited<ReturnType<ApiRoute['handler']>>;
    try {
      answer = await handler({ queues, uiConfig, params, query, body: {}, headers: {} });
    } catch (error) {
      answer = errorHandler(error as Error);
    }
    return { status: answer.status ?? 200, type: 'json', body: JSON.stringify(answer.body) };
  }

  return {
    async answer(path, query) {
      if (names.has(path) && extname(path) !== '') {
        return { status: 200, type: 'file', body: await readFile(join(files, path.slice('/static/'.length))) };
      }
      if (pages.some((match) => match(path) !== undefined)) return { status: 200, type: 'page', body: page };
      for (const { match, handler } of reads) {
        const params = match(path);
        if (params !== undefined) return read(handler, params, query);
      }
      return undefined;
    },
  };
}

/** `/queue/:queueName` → the names in a path of that form; undefined: another form. */
function compile(pattern: string): (path: string) => Record<string, string> | undefined {
  const form = new RegExp(`^${pattern.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
  return (path) => {
    const match = form.exec(path);
    return match === null ? undefined : { ...match.groups };
  };
}

/** What Bull Board hands to a web server's adapter, kept. */
function collectParts() {
  const kept: {
    queues?: ApiRequest['queues']; uiConfig?: ApiRequest['uiConfig']; entry?: EntryRoute; api?: readonly ApiRoute[];
    errorHandler?: Parameters<BoardParts['setErrorHandler']>[0];
  } = {};
  const adapter: BoardParts = {
    setQueues: (queues) => keep({ queues }),
    setUIConfig: (uiConfig) => keep({ uiConfig }),
    setEntryRoute: (entry) => keep({ entry }),
    setApiRoutes: (api) => keep({ api }),
    setErrorHandler: (errorHandler) => keep({ errorHandler }),
    setViewsPath: () => adapter,
    setStaticPath: () => adapter,
  };
  function keep(part: typeof kept): BoardParts {
    Object.assign(kept, part);
    return adapter;
  }
  return { adapter, found: () => kept as Required<typeof kept> };
}

/** The page's template has names to fill in and nothing else, and fonts from elsewhere, which are left out. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template
    .replaceAll(/<link[^>]*fonts\.googleapis\.com[^>]*>/g, '')
    .replaceAll(/<%([=-])\s*(\w+)\s*%>/g, (_, kind: string, name: string) =>
      kind === '-' ? values[name]! : values[name]!.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'));
}
