export { builtApp, ensureBuilt, NotBuilt } from './built.ts';
export { pagePaths } from './page-paths.ts';
export { watchSources } from './watch.ts';
