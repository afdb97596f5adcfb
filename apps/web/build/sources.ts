import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const webFolder = fileURLToPath(new URL('..', import.meta.url));
const REPOSITORY = join(webFolder, '..', '..');

/** What the built app is made of; the versions of packages stand in the manifests. */
export const sourceFolders: readonly string[] = [
  join(webFolder, 'src'), join(webFolder, 'public'), join(REPOSITORY, 'packages/client/src'), join(REPOSITORY, 'packages/protocol/src'),
];
const FILES = ['index.html', 'package.json', 'vite.config.ts', 'build/vite.ts', 'build/icons.ts', 'build/service-worker.ts', 'build/service-worker.js'].map((name) => join(webFolder, name));

function* filesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'test') yield* filesIn(path);
    else if (entry.isDirectory()) continue;
    else if (!/\.test\.tsx?$/.test(entry.name)) yield path;
  }
}

/** Changes when anything does that the built app is made of; times of files say nothing after a checkout. */
export function sourcesStamp(): string {
  const hash = createHash('sha256');
  const take = (path: string): void => {
    hash.update(relative(REPOSITORY, path).split(sep).join('/')).update('\0').update(readFileSync(path)).update('\0');
  };
  for (const folder of sourceFolders) for (const path of filesIn(folder)) take(path);
  for (const path of FILES) take(path);
  return hash.digest('hex');
}
