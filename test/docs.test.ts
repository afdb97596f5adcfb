import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, matchesGlob, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CONFIG_KEYS } from '../apps/server/src/config/index.ts';
import type { Route } from '../apps/server/src/kernel/route.ts';
import { accountsRoutes, picturesRoutes } from '../apps/server/src/modules/accounts/index.ts';
import { auditRoutes } from '../apps/server/src/modules/audit/index.ts';
import { chatRoutes } from '../apps/server/src/modules/chat/index.ts';
import { moviesRoutes } from '../apps/server/src/modules/movies/index.ts';
import { operationsRoutes, queuesRoutes } from '../apps/server/src/modules/operations/index.ts';
import { playlistRoutes } from '../apps/server/src/modules/playlist/index.ts';
import { roomsRoutes } from '../apps/server/src/modules/rooms/index.ts';
import { sessionsRoutes } from '../apps/server/src/modules/sessions/index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const LIST = ['ls-files', '--cached', '--others', '--exclude-standard'];
const files = execFileSync('git', LIST, { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)));
const documents = files.filter((path) => /^(?:[A-Z]+\.md|docs\/.*\.md)$/.test(path));

// The table is data: its handlers are not called, so they need nothing.
const nothing = {} as never;
const routes: readonly Pick<Route, 'method' | 'path'>[] = [
  ...auditRoutes(nothing), ...accountsRoutes(nothing), ...picturesRoutes(nothing), ...sessionsRoutes(nothing),
  ...moviesRoutes(nothing), ...roomsRoutes(nothing),
  ...chatRoutes(nothing), ...playlistRoutes(nothing), ...operationsRoutes(nothing), ...queuesRoutes(nothing),
  ...['/api/docs', '/api/docs/errors', '/api/openapi.json', '/api/docs/live', '/api/asyncapi.json'].map((path) => ({ method: 'GET' as const, path })),
];

const FENCE = /^```(\w*)\n(.*?)^```$/gms;
const prose = (text: string): string => text.replaceAll(FENCE, '');
const fences = (text: string, language: string): string[] =>
  [...text.matchAll(FENCE)].filter(([, of]) => of === language).map(([, , body]) => body!);
const inlineCode = (text: string): string[] => [...prose(text).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);

/** Inline code that can only be a path of the repository, or the name of one of its files. */
function pathsIn(text: string): string[] {
  return inlineCode(text).filter((code) => {
    const isPath = /^[\w.*-]+(?:\/[\w.*-]+)+\/?$/.test(code);
    const isElsewhere = /^(?:\.\/data|DATA_DIR|(?:video|audio|image|text|application)\/)/.test(code);
    const isFile = /^[\w.*-]+\.(?:ts|cjs|mjs|js|json|md|sql|sh|yaml|example)$/.test(code);
    return (isPath && !isElsewhere) || isFile;
  });
}

/** From the root, or for a bare name anywhere. */
function isThere(path: string): boolean {
  const whole = path.replace(/\/$/, '');
  const isOf = (file: string): boolean => matchesGlob(file, whole) || matchesGlob(file, `${whole}/**`);
  return files.some((file) => isOf(file) || (!whole.includes('/') && matchesGlob(file, `**/${whole}`)));
}

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').trim().replaceAll(' ', '-');

function brokenLinks(from: string, text: string): string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#');
      const resolved = path === '' ? from : normalize(join(dirname(from), path));
      if (!isThere(resolved)) return true;
      if (anchor === undefined) return false;
      const headings = [...prose(read(resolved)).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!));
      return !headings.includes(anchor);
    });
}

const npmScriptsIn = (text: string): string[] =>
  [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(([, named, short]) => (named ?? short)!);

/** Names like those of settings, but for a file's name; `_FILE` is how a secret comes from a file. */
const SETTING = /(?<![\w/.])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b(?!\.md)/g;
const settingsIn = (text: string): string[] =>
  [...text.matchAll(SETTING)].map(([, name]) => name!.replace(/_FILE$/, ''));

interface Mention {
  readonly method: string | undefined;
  readonly path: string;
}

const METHOD = /^(GET|HEAD|POST|PUT|PATCH|DELETE) /;

/** Routes in inline code and addresses: `POST /api/rooms`. */
function routesInProse(text: string): Mention[] {
  const addresses = [...prose(text).matchAll(/<(https?:[^>]+)>/g)].map(([, address]) => address!);
  return [...inlineCode(text), ...addresses]
    .map((code) => {
      const method = METHOD.exec(code)?.[1];
      return { method, path: code.replace(METHOD, '').replace(/^https?:\/\/[^/]+/, '') };
    })
    .filter(({ path }) => path.startsWith('/api/'));
}

/** What curl is told to ask for. */
function routesInCommands(text: string): Mention[] {
  const lines = fences(text, 'bash').flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'));
  return lines
    .flatMap((line) => line.split('curl').slice(1))
    .filter((command) => command.includes('/api/'))
    .map((command) => {
      const given = / -X (\w+)/.exec(command)?.[1];
      const implied = / -T /.test(command) ? 'PUT' : / -d /.test(command) ? 'POST' : 'GET';
      return { method: given ?? implied, path: /\/api\/[\w/$.-]*/.exec(command)![0] };
    });
}

const routesIn = (text: string): Mention[] => [...routesInProse(text), ...routesInCommands(text)];

/** Params and shell variables stand for anything. */
function isRoute({ method, path }: Mention): boolean {
  const shape = (text: string): string => text.replace(/\?.*$/, '').replaceAll(/(?:[:$]\w+|\{\w+\})/g, '*');
  const asked = method === 'HEAD' ? 'GET' : method;
  return routes.some((route) => shape(route.path) === shape(path) && (asked === undefined || route.method === asked));
}

describe.each(documents)('%s', (path) => {
  const text = read(path);

  it('names paths that are there', () => {
    expect(pathsIn(text).filter((named) => !isThere(named))).toEqual([]);
  });
  it('links to what is there', () => {
    expect(brokenLinks(path, text)).toEqual([]);
  });
  it('names npm scripts that are there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(npmScriptsIn(text).filter((name) => scripts[name] === undefined)).toEqual([]);
  });
  // The page of the settings is written from them; it also shows a misspelt one.
  it('names settings that are there', () => {
    const named = path === 'docs/CONFIGURATION.md' ? [] : settingsIn(text);
    expect(named.filter((name) => !(name in CONFIG_KEYS))).toEqual([]);
  });
  it('names routes that are there', () => {
    expect(routesIn(text).filter((mention) => !isRoute(mention))).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md');

  it('tells the owner of every table, and of no other', () => {
    const all = (from: string, pattern: RegExp): string[] => [...from.matchAll(pattern)].map(([, found]) => found!);
    const made = files
      .filter((path) => path.endsWith('.sql') || path.endsWith('.repo.ts'))
      .flatMap((path) => all(read(path), /create table (?:if not exists )?(\w+)/gi));
    const cells = all(text.slice(text.indexOf('## Tables')), /^\| (`.*?) \|/gm);
    const told = cells.flatMap((cell) => all(cell, /`(\w+)`/g));
    expect(told.toSorted()).toEqual([...new Set(made)].toSorted());
  });

  it('has a line for every module and package', () => {
    const place = /^(?:packages\/[^/]+|apps\/web|apps\/server\/src\/(?:(?:modules|edge)\/)?[a-z][^/]*)(?=\/)/;
    const folders = new Set(files.flatMap((path) => place.exec(path) ?? []));
    const missing = [...folders].filter((folder) => !text.includes(`| \`${folder}\` |`));
    expect(folders.size).toBeGreaterThan(12);
    expect(missing).toEqual([]);
  });
});

describe('what these tests see', () => {
  it('is enough to judge by', () => {
    const all = documents.map(read);
    expect(documents.length).toBeGreaterThan(10);
    expect(all.flatMap(pathsIn).length).toBeGreaterThan(80);
    expect(all.flatMap(routesIn).length).toBeGreaterThan(25);
    expect(all.flatMap(npmScriptsIn).length).toBeGreaterThan(10);
    expect(all.flatMap(settingsIn).length).toBeGreaterThan(5);
  });
  it.each([
    '`apps/server/src/db/pol.ts`', '`nobody.repo.ts`', '`apps/*/src/nothing.ts`', '`app/server`',
  ])('holds %s for no path', (text) => {
    expect(pathsIn(text).filter((path) => !isThere(path))).toHaveLength(1);
  });
  it.each([
    '`apps/server/src/modules/*/*.policy.ts`', '`packages/client`', '`index.ts`', '`compose.yaml`', '`.ci/run`',
  ])('finds %s', (text) => {
    expect(pathsIn(text)).toHaveLength(1);
    expect(pathsIn(text).filter((path) => !isThere(path))).toEqual([]);
  });
  it.each([
    '[a](docs/NOTHING.md)', '[a](README.md#no-such-heading)', '[a](../outside.md)',
  ])('holds %s for broken', (text) => {
    expect(brokenLinks('README.md', text)).toHaveLength(1);
  });
  it.each([
    '`DELETE /api/rooms`', '`/api/roms`', '`POST /api/rooms/:id/participants`', '<http://127.0.0.1:5000/api/doc>',
    '```bash\ncurl -X PUT "$WATCHPARTY/api/rooms/$ROOM/join"\n```',
  ])('holds %s for no route', (text) => {
    expect(routesIn(text).filter((mention) => !isRoute(mention))).toHaveLength(1);
  });
  it('knows a setting and a script that are not there', () => {
    const unknown = settingsIn('`DATABASE_URLS` and JWT_SECRET_FILE').filter((name) => !(name in CONFIG_KEYS));
    expect(unknown).toEqual(['DATABASE_URLS']);
    expect(npmScriptsIn('npm run dev, npm run nothing')).toEqual(['dev', 'nothing']);
  });
});
