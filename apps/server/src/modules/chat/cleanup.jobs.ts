import Type from 'typebox';
import { declareJob } from '../../kernel/job.ts';

export const cleanupOldChatMessages = declareJob({
  name: 'cleanupOldChatMessages', queue: 'roomCleanup', attempts: 5, backoffMs: 30_000, timeoutMs: 6 * 60 * 60 * 1000,
  payload: Type.Object({ daysOld: Type.Integer({ minimum: 1 }) }),
  schedule: '0 4 * * 0', scheduledPayload: { daysOld: 90 }, scheduledLine: 'Running scheduled chat cleanup...',
});
