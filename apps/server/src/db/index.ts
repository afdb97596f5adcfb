export type { Database, DatabaseDeps, DatabaseSettings, Isolation, Queries, Statement, Subscription, Tx } from './database.ts';
export type { Tables } from './tables.ts';
export { cutShort } from './cut-short.ts';
export { databaseProblem } from './database-problem.ts';
export { openDatabase } from './open-database.ts';
export { migrate } from './migrate.ts';
export { openQueuePool } from './queue-pool.ts';
export { takeSingleNodeLock } from './single-node-lock.ts';
export { openThrowawayServer } from './embedded/index.ts';
