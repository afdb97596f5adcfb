export { createOperations } from './operations.ts';
export { operationsRoutes } from './operations.http.ts';
