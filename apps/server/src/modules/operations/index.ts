export { createCacheAdmin } from './cache-admin.ts';
export { createCounters } from './counters.ts';
export { createMetrics } from './metrics.ts';
export { createOperations } from './operations.ts';
export { operationsRoutes } from './operations.http.ts';
