import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from '../kernel/start-error.ts';

const SECRET_BYTES = 32;
const TEXT = /^[\w-]{43,}$/;

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function create(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = randomBytes(SECRET_BYTES).toString('base64url');
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  writeFileSync(temporary, `${fresh}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    // A link appears whole or not at all and never replaces: of two starts at once the later one gets EEXIST.
    linkSync(temporary, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    // File systems without hard links (exFAT, some network shares).
    try {
      writeFileSync(path, `${fresh}\n`, { mode: 0o600, flag: 'wx', flush: true });
    } catch (second) {
      if ((second as NodeJS.ErrnoException).code !== 'EEXIST') throw second;
    }
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * The secret that the file holds: 32 random bytes as base64url. Made, readable by its owner alone, if it is
 * missing; of several processes that start at once, all get the same one.
 * Throws a StartError when the file can neither be read nor made, or holds something else.
 */
export function keepSecret(path: string): string {
  let secret: string | undefined;
  try {
    secret = read(path);
    if (secret === undefined) {
      create(path);
      secret = read(path);
    }
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new StartError(`JWT_SECRET: ${path} cannot be read or made (${code}); set JWT_SECRET or mend DATA_DIR`);
  }
  if (secret === undefined || !TEXT.test(secret)) {
    throw new StartError(`JWT_SECRET: ${path} is damaged; delete it, and everybody must sign in again`);
  }
  return secret;
}
