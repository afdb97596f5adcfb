// The walls of the house (ARCHITECTURE.md). What imports alone do not show is checked by scripts/walls.ts.
'use strict';

const { readdirSync, readFileSync, existsSync } = require('node:fs');
const { posix } = require('node:path');

/** Tests and what supports them: they may reach from the top, and use what only development has. */
const TESTS = '(\\.test\\.tsx?$|/contract-suite\\.ts$|(^|/)test/|^scripts/|^bench/|(^|/)[^/]+\\.config\\.ts$)';

const SERVER = '^apps/server/src/';
/** Folders of the server with a face: others import their index.ts only. */
const ROOMS = 'apps/server/src/(?:caching|config|db|images|mail|outbox|storage|workers|(?:edge|modules)/[^/]+)';

/** Each module may use the faces of those named beside it. */
const MODULE_MAY_USE = {
  audit: [],
  accounts: ['audit'],
  sessions: ['audit', 'accounts'],
  notices: ['accounts', 'sessions'],
  friends: ['accounts', 'sessions', 'notices'],
  movies: ['accounts', 'sessions', 'notices', 'friends'],
  rooms: ['accounts', 'sessions', 'notices', 'friends', 'movies'],
  chat: ['accounts', 'sessions', 'notices', 'friends', 'movies', 'rooms'],
  playlist: ['accounts', 'sessions', 'notices', 'friends', 'movies', 'rooms'],
  messages: ['accounts', 'sessions', 'notices', 'friends', 'movies', 'rooms'],
  events: ['accounts', 'sessions', 'notices', 'friends', 'movies', 'rooms'],
};

/** Every path in a manifest's `exports`, whatever its subpaths and conditions. */
const targets = (exports = {}) =>
  typeof exports === 'string' ? [exports] : Object.values(exports).flatMap((inner) => targets(inner));

/** Our own packages, as their manifests describe them. */
const WORKSPACES = ['packages', 'apps']
  .flatMap((parent) => readdirSync(parent).map((name) => `${parent}/${name}`))
  .filter((folder) => existsSync(`${folder}/package.json`))
  .map((folder) => {
    const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    return {
      folder,
      name: manifest.name,
      faces: targets(manifest.exports).map((target) => posix.join(folder, target)),
      declared: Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies }),
    };
  });

const PACKAGE_FACES = WORKSPACES.flatMap(({ faces }) => faces.map((path) => `^${path.replaceAll('.', '\\.')}$`));

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one thing or three.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-dependencies',
      comment: 'A package that the nearest package.json does not name works by luck.',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    // dependency-cruiser follows the links of workspaces, and so cannot tell whether they are declared.
    ...WORKSPACES.map(({ folder, declared }) => ({
      name: 'no-undeclared-dependencies',
      comment: `${folder}/package.json does not name it.`,
      severity: 'error',
      from: { path: `^${folder}/src/`, pathNot: TESTS },
      to: {
        path: '^(packages|apps)/',
        pathNot: WORKSPACES.filter((other) => other.folder === folder || declared.includes(other.name)).map(
          (other) => `^${other.folder}/`,
        ),
      },
    })),
    {
      name: 'no-dev-dependencies',
      comment: 'What runs in production must be in "dependencies".',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
    {
      name: 'no-tests-in-production',
      comment: 'Tests and their support are imported by tests only.',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'packages-by-their-exports',
      comment: 'A package is imported by what its package.json exports.',
      severity: 'error',
      from: { path: '^((?:packages|apps)/[^/]+)/' },
      to: { path: '^(?:packages|apps)/[^/]+/', pathNot: ['^$1/', ...PACKAGE_FACES] },
    },
    {
      name: 'packages-by-their-names',
      comment: 'A relative path into another package goes around its package.json.',
      severity: 'error',
      from: { path: '^((?:packages|apps)/[^/]+)/' },
      to: { path: '^(?:packages|apps)/[^/]+/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'rooms-by-their-faces',
      comment: 'A folder of the server is imported by its index.ts.',
      severity: 'error',
      from: { path: `^(${ROOMS})/` },
      to: { path: `^${ROOMS}/`, pathNot: ['^$1/', `^${ROOMS}/index\\.ts$`] },
    },
    {
      name: 'rooms-by-their-faces',
      comment: 'A folder of the server is imported by its index.ts.',
      severity: 'error',
      from: { pathNot: `^${ROOMS}/` },
      to: { path: `^${ROOMS}/`, pathNot: `^${ROOMS}/index\\.ts$` },
    },
    {
      name: 'kernel-is-a-leaf',
      comment: 'Everyone imports the kernel, so it imports nothing but the protocol, itself, Node and types.',
      severity: 'error',
      from: { path: `${SERVER}kernel/`, pathNot: TESTS },
      to: { pathNot: [`${SERVER}kernel/`, '^packages/protocol/'], dependencyTypesNot: ['type-only', 'core'] },
    },
    {
      name: 'foundations-know-no-rooms',
      comment: 'config, db, mail, outbox and storage stand below: nothing of modules, edge, workers or main.',
      severity: 'error',
      from: { path: `${SERVER}(kernel|config|db|images|mail|outbox|storage)/`, pathNot: TESTS },
      to: { path: `${SERVER}(modules|edge|workers|main)/` },
    },
    {
      name: 'modules-know-no-edge',
      comment: 'main → edge, workers → modules, never back.',
      severity: 'error',
      from: { path: `${SERVER}modules/`, pathNot: TESTS },
      to: { path: `${SERVER}(edge|workers|main)/` },
    },
    {
      name: 'edge-knows-no-main',
      comment: 'main → edge, workers → modules, never back.',
      severity: 'error',
      from: { path: `${SERVER}(edge|workers)/`, pathNot: TESTS },
      to: { path: `${SERVER}main/` },
    },
    ...Object.entries(MODULE_MAY_USE).map(([module, others]) => ({
      name: `modules-in-order-${module}`,
      comment: 'audit ← accounts ← sessions ← notices ← friends ← movies ← rooms ← chat, messages, events.',
      severity: 'error',
      from: { path: `${SERVER}modules/${module}/`, pathNot: TESTS },
      to: { path: `${SERVER}modules/`, pathNot: `${SERVER}modules/(${[module, ...others].join('|')})/` },
    })),
    {
      name: 'protocol-is-pure',
      comment: 'Schemas and types for browser and server: nothing of ours.',
      severity: 'error',
      from: { path: '^packages/protocol/', pathNot: TESTS },
      to: { path: '^(packages|apps)/', pathNot: '^packages/protocol/' },
    },
    {
      name: 'browser-code-without-node',
      comment: 'Protocol, client and web run in a browser, which has no Node.',
      severity: 'error',
      from: { path: '^(packages/(protocol|client)|apps/web)/src/', pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'redis-kit-stands-alone',
      comment: 'It can be published on its own: nothing of ours.',
      severity: 'error',
      from: { path: '^packages/redis-kit/', pathNot: TESTS },
      to: { path: '^(packages|apps)/', pathNot: '^packages/redis-kit/' },
    },
    {
      name: 'client-knows-the-protocol-only',
      comment: 'The client runs in browsers and at third parties.',
      severity: 'error',
      from: { path: '^packages/client/', pathNot: TESTS },
      to: { path: '^(packages|apps)/', pathNot: '^packages/(client|protocol)/' },
    },
    {
      name: 'web-knows-client-and-protocol-only',
      comment: 'What the browser gets holds no server code.',
      severity: 'error',
      from: { path: '^apps/web/', pathNot: TESTS },
      to: { path: '^(packages|apps)/', pathNot: ['^apps/web/', '^packages/(client|protocol)/'] },
    },
    {
      name: 'sql-drivers-in-repos',
      comment: 'kysely and pg are imported by *.repo.ts and db/ only, types included.',
      severity: 'error',
      from: { pathNot: [TESTS, '\\.repo\\.ts$', `${SERVER}db/`] },
      to: { path: '^node_modules/(kysely|pg|@types/pg)/' },
    },
    {
      name: 'redis-driver-in-redis-kit',
      comment: 'ioredis is imported by packages/redis-kit only, types included.',
      severity: 'error',
      from: { pathNot: '^packages/redis-kit/' },
      to: { path: '^(node_modules/)?ioredis(/|$)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Ours alone: many a package of npm resolves to its dist/, and must be seen.
    exclude: { path: '^(packages|apps)/.+/(dist|assets|fixtures|data)/' },
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.json'],
    },
  },
};
