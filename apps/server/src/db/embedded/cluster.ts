import { chown, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StartError } from '../../kernel/start-error.ts';
import type { Engine } from './engine.ts';
import { run, type OsUser } from './run.ts';
import { createWhole } from './staging.ts';

export const ROLE = 'watchparty';
export const DATABASE = 'watchparty';
export const MAJOR_VERSION = 18;

export interface ClusterOptions {
  readonly folder: string;
  readonly password: string;
  readonly user: OsUser | undefined;
  /** Written to postgresql.conf, where its owner may change them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** False only for clusters that are thrown away. */
  readonly sync?: boolean;
}

/** Given to initdb so that it need not try them out, which takes a third of its time. */
const SMALL_SERVER = {
  shared_buffers: '128MB',
  max_connections: '100',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // The server's own troubles only: an error of a statement is in our log, with its request.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};

/** Creates the cluster whole or not at all, synced to disk. */
export async function createCluster(engine: Engine, options: ClusterOptions): Promise<void> {
  const { folder, user } = options;
  await createWhole(folder, user, async (staging) => {
    const passwordFile = path.join(staging, 'password');
    await writeFile(passwordFile, options.password, { mode: 0o600 });
    if (user) await chown(passwordFile, user.uid, user.gid);
    const cluster = path.join(staging, 'cluster');
    const settings = Object.entries({ ...SMALL_SERVER, ...options.settings });
    const { code, stderr } = await run(
      engine.initdb,
      [
        '--pgdata', cluster, '--username', ROLE, '--pwfile', passwordFile, '--auth', 'scram-sha-256',
        '--encoding', 'UTF8', '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8',
        '--data-checksums', '--no-instructions', ...(options.sync === false ? ['--no-sync'] : []),
        ...settings.flatMap(([name, value]) => ['--set', `${name}=${value}`]),
      ],
      { as: user },
    );
    if (code !== 0) {
      throw new StartError(`The database could not be created in ${folder}: ${lastLine(stderr)}`);
    }
    return cluster;
  });
}

/** `StartError` when an existing cluster cannot be served: another version's, or another user's. */
export async function checkCluster(folder: string, user: OsUser | undefined): Promise<void> {
  if (process.platform !== 'win32') {
    const { uid } = await stat(folder);
    const expected = user?.uid ?? process.getuid?.();
    if (uid !== expected) {
      const who = uid === 0 ? `root, as which PostgreSQL does not run: chown -R ${user?.name} ${folder}` : `user ${uid}`;
      throw new StartError(`The database in ${folder} belongs to ${who}.`);
    }
  }
  const version = (await readFile(path.join(folder, 'PG_VERSION'), 'utf8').catch(() => 'an unknown version')).trim();
  if (version !== String(MAJOR_VERSION)) {
    throw new StartError(
      `${folder} was made by PostgreSQL ${version}; this WatchParty brings ${MAJOR_VERSION}. ` +
        'Dump it with the old version and restore it into a new DATA_DIR.',
    );
  }
}

/** Gives the role a new password; the server must not be running. */
export async function resetPassword(engine: Engine, options: ClusterOptions): Promise<void> {
  const { folder, user, password } = options;
  const { code, stderr } = await run(engine.postgres, ['--single', '-D', folder, 'postgres'], {
    as: user,
    input: `ALTER ROLE ${ROLE} PASSWORD '${password}';\n`,
  });
  if (code !== 0) throw new StartError(`The password of ${folder} could not be set: ${lastLine(stderr)}`);
}

export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
