import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The password of the role, kept in `DATA_DIR/postgres.password` (0600); two first starts agree on one. */
export async function loadPassword(dataDir: string): Promise<string> {
  const file = passwordFile(dataDir);
  const kept = await readKept(file);
  if (kept) return kept;
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  const text = randomBytes(24).toString('base64url');
  await writeFile(draft, `${text}\n`, { mode: 0o600, flush: true });
  try {
    // link, unlike rename, does not replace what a start at the same moment has made.
    await link(draft, file);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return await readKept(file);
  } finally {
    await rm(draft, { force: true });
  }
}

export function passwordFile(dataDir: string): string {
  return path.join(dataDir, 'postgres.password');
}

async function readKept(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.trim();
}
