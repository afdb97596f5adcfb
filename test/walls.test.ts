import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../scripts/run.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SERVER = 'apps/server/src';
const ROOMS = `${SERVER}/modules/rooms`;
const MODULES = ['accounts', 'sessions', 'notices', 'friends', 'movies', 'rooms', 'chat', 'playlist', 'messages', 'events', 'operations'];

/** A file that stands for the smallest sound house; what it exports is imported by name below. */
const HOUSE: Readonly<Record<string, string>> = {
  'packages/protocol/src/index.ts': 'export const p = 1;',
  'packages/protocol/src/inner.ts': 'export const x = 1;',
  'packages/redis-kit/src/client.ts': "export { Redis } from 'ioredis';",
  'packages/redis-kit/src/index.ts': 'export const createRedisCache = 1; export const tag = 1;',
  'packages/client/src/index.ts': "export { p } from '@watchparty/protocol';",
  'apps/web/src/index.ts': "import { p } from '@watchparty/protocol'; export { p };",
  [`${SERVER}/kernel/problem.ts`]: "import { p } from '@watchparty/protocol'; export const x = p;",
  [`${SERVER}/config/index.ts`]: "export const x = process.env['PORT'];",
  [`${SERVER}/db/index.ts`]:
    "import pg from 'pg'; export const openDatabase = () => pg; export const sql = 'select 1';",
  [`${SERVER}/db/pool.ts`]: "import { Kysely } from 'kysely'; export const x = Kysely;",
  [`${SERVER}/outbox/index.ts`]: 'export const createOutbox = 1;',
  [`${SERVER}/storage/index.ts`]: "export { createStorage } from './folder.ts'; export type Storage = string;",
  [`${SERVER}/storage/folder.ts`]: 'export const createStorage = 1;',
  [`${SERVER}/edge/http/index.ts`]: "import { x } from '../../modules/rooms/index.ts'; export const e = x;",
  [`${SERVER}/edge/http/server.ts`]: 'export const x = 1;',
  [`${SERVER}/main/compose.ts`]:
    "import { openDatabase } from '../db/index.ts'; import { e } from '../edge/http/index.ts';" +
    " import { createStorage } from '../storage/index.ts'; export const x = [openDatabase, e, createStorage];",
  ...Object.fromEntries(
    MODULES.flatMap((name) => [
      [`${SERVER}/modules/${name}/index.ts`, "export { x } from './inner.ts';"],
      [`${SERVER}/modules/${name}/inner.ts`, 'export const x = 1;'],
    ]),
  ),
  [`${ROOMS}/rooms.repo.ts`]:
    "import { sql } from 'kysely'; export const q = sql; export const t = 'select id from rooms';",
  [`${ROOMS}/sound.ts`]:
    "import { x } from '../movies/index.ts'; import { tag } from '@watchparty/redis-kit';" +
    " import type { Storage } from '../../storage/index.ts'; import { x as y } from '../../kernel/problem.ts';" +
    " export const z: Storage = 'Select one from the list' + x + tag + y;",
  [`${ROOMS}/rooms.test.ts`]:
    "import { x } from '../../main/compose.ts'; import { s } from '../../../test/support.ts'; import pg from 'pg';" +
    " import { it } from 'vitest'; it('x', () => [x, s, pg, process.env, 'select 1']);",
  [`${SERVER}/modules/operations/sound.ts`]: "export { x } from '../events/index.ts';",
  'apps/server/test/support.ts': "import pg from 'pg'; export const s = pg;",
};

interface Breach {
  readonly rule: string;
  readonly file: string;
  readonly text: string;
}

const breach = (rule: string, file: string, text: string): Breach => ({ rule, file, text });
const inModule = (name: string, target: string) =>
  breach(`modules-in-order-${name}`, `${SERVER}/modules/${name}/bad-${target}.ts`, `import '../${target}/index.ts';`);

/** Each is one file that breaks one wall. */
const IMPORTS: readonly Breach[] = [
  breach('no-circles', `${ROOMS}/one.ts`, "import './two.ts';"),
  breach('no-unresolvable', `${ROOMS}/nowhere.ts`, "import './not-there.ts';"),
  breach('no-undeclared-dependencies', `${ROOMS}/undeclared.ts`, "import 'left-pad';"),
  breach('no-undeclared-dependencies', 'packages/client/src/undeclared.ts', "import 'pg';"),
  breach('no-undeclared-dependencies', `${ROOMS}/undeclared-ours.ts`, "import '@watchparty/client';"),
  breach('no-dev-dependencies', `${ROOMS}/dev.ts`, "import 'dev-only';"),
  breach('no-tests-in-production', `${ROOMS}/support.ts`, "import '../../../test/support.ts';"),
  breach('packages-by-their-exports', `${SERVER}/kernel/deep.ts`,
    "import '../../../../packages/protocol/src/inner.ts';"),
  breach('packages-by-their-names', `${SERVER}/kernel/path.ts`, "import '../../../../packages/protocol/src/index.ts';"),
  breach('rooms-by-their-faces', `${ROOMS}/deep.ts`, "import '../movies/inner.ts';"),
  breach('rooms-by-their-faces', `${ROOMS}/deep-db.ts`, "import '../../db/pool.ts';"),
  breach('rooms-by-their-faces', `${ROOMS}/deep-storage.ts`, "import '../../storage/folder.ts';"),
  breach('rooms-by-their-faces', `${SERVER}/main/deep-edge.ts`, "import '../edge/http/server.ts';"),
  breach('rooms-by-their-faces', `${SERVER}/main/deep-type.ts`,
    "import type { x } from '../modules/rooms/inner.ts'; export type T = typeof x;"),
  breach('rooms-by-their-faces', 'apps/server/test/deep.ts', "import '../src/modules/rooms/inner.ts';"),
  breach('kernel-is-a-leaf', `${SERVER}/kernel/bad.ts`, "import '../config/index.ts';"),
  breach('kernel-is-a-leaf', `${SERVER}/kernel/bad-package.ts`, "import 'fastify';"),
  breach('foundations-know-no-rooms', `${SERVER}/storage/bad.ts`, "import '../modules/rooms/index.ts';"),
  breach('foundations-know-no-rooms', `${SERVER}/outbox/bad.ts`, "import '../edge/http/index.ts';"),
  breach('modules-know-no-edge', `${ROOMS}/bad-edge.ts`, "import '../../edge/http/index.ts';"),
  breach('modules-know-no-edge', `${ROOMS}/bad-main.ts`, "import '../../main/compose.ts';"),
  breach('edge-knows-no-main', `${SERVER}/edge/http/bad.ts`, "import '../../main/compose.ts';"),
  inModule('audit', 'accounts'),
  inModule('accounts', 'sessions'),
  inModule('sessions', 'friends'),
  inModule('notices', 'friends'),
  inModule('friends', 'movies'),
  inModule('movies', 'rooms'),
  inModule('rooms', 'chat'),
  inModule('playlist', 'chat'),
  inModule('rooms', 'operations'),
  inModule('chat', 'messages'),
  inModule('messages', 'events'),
  inModule('events', 'chat'),
  breach('protocol-is-pure', 'packages/protocol/src/bad.ts', "import '@watchparty/redis-kit';"),
  breach('browser-code-without-node', 'packages/protocol/src/bad-node.ts', "import 'node:fs';"),
  breach('browser-code-without-node', 'packages/client/src/bad-node.ts', "import 'node:fs';"),
  breach('browser-code-without-node', 'apps/web/src/bad-node.ts', "import 'node:fs';"),
  breach('redis-kit-stands-alone', 'packages/redis-kit/src/bad.ts', "import '@watchparty/protocol';"),
  breach('client-knows-the-protocol-only', 'packages/client/src/bad.ts', "import '@watchparty/redis-kit';"),
  breach('web-knows-client-and-protocol-only', 'apps/web/src/bad.ts', "import '@watchparty/redis-kit';"),
  breach('sql-drivers-in-repos', `${ROOMS}/bad-pg.ts`, "import 'pg';"),
  breach('sql-drivers-in-repos', `${ROOMS}/bad-kysely.ts`,
    "import type { Kysely } from 'kysely'; export type K = Kysely;"),
  breach('redis-driver-in-redis-kit', `${SERVER}/outbox/bad-redis.ts`, "import 'ioredis';"),
];

const TEXTS: readonly Breach[] = [
  breach('env-in-config', `${SERVER}/main/env-1.ts`, 'export const x = process.env.PORT;'),
  breach('env-in-config', `${SERVER}/main/env-2.ts`, "export const x = process['env'];"),
  breach('env-in-config', `${SERVER}/main/env-3.ts`, 'const { env } = process; export { env };'),
  breach('env-in-config', `${SERVER}/main/env-4.ts`, "import { env as e } from 'node:process'; export { e };"),
  breach('env-in-config', 'packages/redis-kit/src/env.ts', 'export const x = globalThis.process.env;'),
  breach('sql-in-repos', `${ROOMS}/sql-1.ts`, 'export const q = (t: string) => `select id from ${t} where id = 1`;'),
  breach('sql-in-repos', `${ROOMS}/sql-2.ts`, "export const q = 'UPDATE rooms SET name = $1';"),
  breach('sql-in-repos', `${SERVER}/outbox/sql-3.ts`, "export const q = (db: any) => db.selectFrom('rooms');"),
  breach('drivers-in-compose', `${SERVER}/main/other.ts`,
    "import { openDatabase } from '../db/index.ts'; export { openDatabase };"),
  breach('drivers-in-compose', `${SERVER}/edge/http/store.ts`,
    "import { createStorage as c } from '../../storage/index.ts'; export { c };"),
  breach('drivers-in-compose', `${ROOMS}/cache.ts`,
    "import { createRedisCache } from '@watchparty/redis-kit'; export { createRedisCache };"),
];

let tree: string;
/** `rule file` of everything found in the tree. */
let found: ReadonlySet<string>;

beforeAll(async () => {
  tree = mkdtempSync(join(tmpdir(), 'watchparty-walls-'));
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), `${text}\n`);
  };
  layOut(put);
  for (const [path, text] of Object.entries(HOUSE)) put(path, text);
  for (const { file, text } of [...IMPORTS, ...TEXTS]) put(file, text);
  put(`${ROOMS}/two.ts`, "import './one.ts';");
  const cruiser = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const config = join(ROOT, '.dependency-cruiser.cjs');
  const [imports, texts] = await Promise.all([
    run(process.execPath, [cruiser, '--config', config, '--output-type', 'json', 'packages', 'apps'], { cwd: tree }),
    run(process.execPath, [join(ROOT, 'scripts/walls.ts'), tree]),
  ]);
  const report = JSON.parse(imports.output) as {
    summary: { violations: { from: string; rule: { name: string } }[] };
  };
  found = new Set([
    ...report.summary.violations.map(({ from, rule }) => `${rule.name} ${from}`),
    ...[...texts.output.matchAll(/^(\S+):\d+ (\S+): /gm)].map(([, file, rule]) => `${rule} ${file}`),
  ]);
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

/** What each package of the house declares. */
const DECLARED: Readonly<Record<string, readonly string[]>> = {
  'packages/protocol': [],
  'packages/redis-kit': ['ioredis'],
  'packages/client': ['@watchparty/protocol'],
  'apps/server': ['@watchparty/protocol', '@watchparty/redis-kit', 'fastify', 'kysely', 'pg'],
  'apps/web': ['@watchparty/protocol'],
};

/** Manifests, links between the packages, and packages that stand for those the imports name. */
function layOut(put: (path: string, text: string) => void): void {
  put('package.json', '{"name": "house", "type": "module"}');
  mkdirSync(join(tree, 'node_modules/@watchparty'), { recursive: true });
  for (const [folder, declared] of Object.entries(DECLARED)) {
    const name = basename(folder);
    put(`${folder}/package.json`, JSON.stringify({
      name: `@watchparty/${name}`,
      exports: { '.': './src/index.ts' },
      dependencies: Object.fromEntries(declared.map((dependency) => [dependency, '1.0.0'])),
      devDependencies: { 'dev-only': '1.0.0' },
    }));
    symlinkSync(join(tree, folder), join(tree, 'node_modules/@watchparty', name));
  }
  for (const name of ['pg', 'kysely', 'fastify', 'ioredis', 'left-pad', 'dev-only', 'vitest']) {
    put(`node_modules/${name}/package.json`, `{"name": "${name}", "version": "1.0.0", "main": "dist/index.js"}`);
    put(`node_modules/${name}/dist/index.js`, 'module.exports = {};');
  }
}

describe('the walls', () => {
  it.each([...IMPORTS, ...TEXTS])('$rule refuses $file', ({ rule, file }) => {
    expect(found).toContain(`${rule} ${file}`);
  });

  it('find nothing in a sound house', () => {
    const sound = new Set(Object.keys(HOUSE));
    expect([...found].filter((line) => sound.has(line.split(' ')[1]!))).toEqual([]);
  });

  it('are each proven by a breach', async () => {
    const { default: config } = (await import(join(ROOT, '.dependency-cruiser.cjs'))) as {
      default: { forbidden: { name: string }[] };
    };
    const rules = new Set(config.forbidden.map(({ name }) => name));
    expect(rules).toEqual(new Set(IMPORTS.map(({ rule }) => rule)));
  });
});

it('the lint knows types: a promise that nobody waits for is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchparty-lint-'));
  try {
    writeFileSync(join(folder, 'floating.ts'), 'const later = async (): Promise<void> => {};\nlater();\n');
    const { code, output } = await run(
      process.execPath,
      [join(ROOT, 'node_modules/oxlint/bin/oxlint'), '--type-aware', '--config', join(ROOT, '.oxlintrc.json'), folder],
    );
    expect(output).toContain('no-floating-promises');
    expect(code).not.toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
