import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { webFolder } from './sources.ts';

const NAME = 'service-worker.js';

/**
 * Writes the service worker of what lies in `folder`: the script in `build`, told the names of this build's assets. It
 * changes with every build, which is how browsers notice that there is a new one.
 */
export function writeServiceWorker(folder: string): void {
  const assets = readdirSync(join(folder, 'assets')).filter((name) => !/\.(?:br|gz)$/.test(name)).toSorted().map((name) => `/assets/${name}`);
  const script = readFileSync(join(webFolder, 'build', NAME), 'utf8');
  const hash = createHash('sha256').update(script);
  for (const name of ['index.html', 'offline.html', 'offline.css', 'offline.js']) hash.update(readFileSync(join(folder, name)));
  const build = { id: hash.update(assets.join('\n')).digest('base64url').slice(0, 16), assets };
  writeFileSync(join(folder, NAME), `self.BUILD = ${JSON.stringify(build)};\n${script}`);
}
