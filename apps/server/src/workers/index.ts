export { createWorkers, type JobsBeforeStart, type Workers } from './workers.ts';
