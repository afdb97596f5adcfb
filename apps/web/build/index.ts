export { builtApp, ensureBuilt, NotBuilt } from './built.ts';
export { pagePaths } from './page-paths.ts';
export { writeServiceWorker } from './service-worker.ts';
export { watchSources } from './watch.ts';
