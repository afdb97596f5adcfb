import { stat } from 'node:fs/promises';
import { StartError } from '../../kernel/start-error.ts';
import { run, type OsUser } from './run.ts';

const OWN_USER = 'watchparty';

/**
 * PostgreSQL refuses to run as root: as root, the user it shall run as. An existing cluster decides by its
 * owner; else `postgres`, else `watchparty`, which is created. Undefined: we are not root.
 */
export async function chooseOsUser(
  existingCluster: string | undefined,
  progress: (line: string) => void,
): Promise<OsUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  if (existingCluster !== undefined) {
    const { uid, gid } = await stat(existingCluster);
    if (uid !== 0) return { name: `user ${uid}`, uid, gid };
  }
  return (await findUser('postgres')) ?? (await findUser(OWN_USER)) ?? createUser(progress);
}

async function findUser(name: string): Promise<OsUser | undefined> {
  const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)]);
  return uid && gid ? { name, uid, gid } : undefined;
}

async function idOf(flag: string, name: string): Promise<number | undefined> {
  const { code, stdout } = await run('id', [flag, name]);
  return code === 0 ? Number(stdout.trim()) : undefined;
}

/** Debian's and Red Hat's command, then BusyBox's. */
const CREATE_COMMANDS: readonly (readonly [string, ...string[]])[] = [
  ['useradd', '--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', OWN_USER],
  ['adduser', '-S', '-D', '-H', '-s', '/sbin/nologin', OWN_USER],
];

async function createUser(progress: (line: string) => void): Promise<OsUser> {
  for (const [command, ...args] of CREATE_COMMANDS) {
    const created = await run(command, args).catch(() => undefined);
    const user = created?.code === 0 ? await findUser(OWN_USER) : undefined;
    if (!user) continue;
    progress(`Created the system user ${OWN_USER}: PostgreSQL does not run as root.`);
    return user;
  }
  throw new StartError(
    'PostgreSQL does not run as root, and no user could be made for it. ' +
      `Create one (useradd --system ${OWN_USER}), start as an ordinary user, or set DATABASE_URL.`,
  );
}
