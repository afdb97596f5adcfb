import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourcesStamp, webFolder } from './sources.ts';

/** Where the built app lies: `index.html`, `assets/` with hashed names, and beside each its `.br` and `.gz`. */
export const builtApp = join(webFolder, 'dist');
/** Which sources it was built from. */
const STAMP = join(builtApp, 'sources.txt');

/** The app has not been built, and cannot be. */
export class NotBuilt extends Error {
  override readonly name = 'NotBuilt';
}

const isCurrent = (): boolean => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sourcesStamp();

function canBuild(): boolean {
  try {
    createRequire(import.meta.url).resolve('vite/package.json');
    return true;
  } catch {
    return false;
  }
}

/**
 * Builds the app if its sources have changed since it was built, in a process of its own, which gives its memory back.
 * Where the build's tools are not installed, as in a production image, what was built before is taken.
 * Answers whether it has built. Throws `NotBuilt`.
 */
export async function ensureBuilt(progress: (line: string) => void): Promise<boolean> {
  if (isCurrent()) return false;
  if (!canBuild()) {
    if (existsSync(STAMP)) return false;
    throw new NotBuilt('The web app is not built, and what builds it is not installed: run npm install, or start from a built image');
  }
  const startedMs = performance.now();
  progress('Building the web app…');
  const child = spawn(process.execPath, [fileURLToPath(new URL('./main.ts', import.meta.url))], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { output += text; });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new NotBuilt(`The web app could not be built:\n${output.trimEnd()}`);
  progress(`Built the web app in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  return true;
}
