import { watch } from 'node:fs';
import { ensureBuilt } from './built.ts';
import { sourceFolders } from './sources.ts';

/** One save touches several files. */
const SETTLE_MS = 150;

/** Builds again whenever a source changes, then calls; answers what ends that. */
export function watchSources(rebuilt: () => void, progress: (line: string) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let building = Promise.resolve();
  const again = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      building = building.then(build);
    }, SETTLE_MS);
  };
  async function build(): Promise<void> {
    try {
      if (await ensureBuilt(progress)) rebuilt();
    } catch (error) {
      progress(String(error));
    }
  }
  const watchers = sourceFolders.map((folder) => watch(folder, { recursive: true }, again));
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
