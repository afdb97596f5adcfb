export { type Catalogue, createCatalogue } from './catalogue.ts';
export type { JobDriver } from './driver.ts';
export { createPostgresJobDriver, type JobPool } from './postgres-driver.ts';
export { createJobQueues, type JobQueues, type QueueCounts } from './queues.ts';
export { createRedisJobDriver } from './redis-driver.ts';
export { createSchedules, type Schedule, type Schedules } from './schedules.ts';
export {
  type BullQueue, type JobKind, type JobLedger, type JobLog, type JobRef, type JobRun, type NewJob, QueueUnavailable,
  type RunOutcome, Unrecoverable,
} from './types.ts';
export { createJobWorkers, defaultWorkerSettings, type JobWorkers, type WorkerSettings } from './workers.ts';
