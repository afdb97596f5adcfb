export type { Database, DatabaseDeps, DatabaseSettings, Isolation, Queries, Subscription, Tx } from './database.ts';
export type { Tables } from './tables.ts';
export { databaseProblem } from './database-problem.ts';
export { openDatabase } from './open-database.ts';
export { migrate } from './migrate.ts';
export { takeSingleNodeLock } from './single-node-lock.ts';
export { openThrowawayServer } from './embedded/index.ts';
