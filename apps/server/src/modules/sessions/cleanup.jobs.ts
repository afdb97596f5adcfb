import Type from 'typebox';
import { declareJob } from '../../kernel/job.ts';

export const cleanupExpiredSessions = declareJob({
  name: 'cleanupExpiredSessions', queue: 'roomCleanup', attempts: 5, backoffMs: 30_000, timeoutMs: 60 * 60 * 1000,
  payload: Type.Object({}),
  schedule: '0 * * * *', scheduledPayload: {}, scheduledLine: 'Running scheduled session cleanup...',
});
