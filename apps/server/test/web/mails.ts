import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { expect } from 'vitest';
import type { TestApp } from '../app.ts';

/** Waits for the mail with this in its subject; answers where the link in its text leads: path and query. */
export async function linkInMail({ dataDir }: Pick<TestApp, 'dataDir'>, subject: RegExp, parameter: string): Promise<string> {
  const folder = join(dataDir, 'outbox');
  const link = new RegExp(`https?:\\/\\/\\S+[?&]${parameter}=\\S+`);
  let found: string | undefined;
  async function look(): Promise<string | undefined> {
    for (const name of await readdir(folder).catch(() => [])) {
      if (!name.endsWith('.eml')) continue;
      const mail = await PostalMime.parse(await readFile(join(folder, name)));
      found = subject.test(mail.subject ?? '') ? link.exec(mail.text ?? '')?.[0] : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }
  await expect.poll(look, { timeout: 15_000, message: `a mail about ${subject}` }).toBeDefined();
  const { pathname, search } = new URL(found!);
  return `${pathname}${search}`;
}
