import { builtApp, ensureBuilt, NotBuilt, pagePaths, watchSources } from '@watchparty/web';
import { createWebApp, type WebApp } from '../edge/http/index.ts';
import { StartError } from '../kernel/start-error.ts';

export interface Web {
  readonly app: WebApp;
  readonly paths: readonly string[];
}

/** The web app, built if its sources have changed; with `rebuild` again whenever they do. */
export async function openWeb({ rebuild, progress }: {
  readonly rebuild: boolean; readonly progress: (line: string) => void;
}): Promise<Web> {
  try {
    await ensureBuilt(progress);
  } catch (error) {
    throw error instanceof NotBuilt ? new StartError(error.message, { cause: error }) : error;
  }
  const app = createWebApp(builtApp);
  // For as long as the process lives: it is for development.
  if (rebuild) watchSources(app.reload, progress);
  return { app, paths: pagePaths };
}
