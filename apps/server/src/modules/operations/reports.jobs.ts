import Type from 'typebox';
import { declareJob } from '../../kernel/job.ts';

export const REPORT_DAYS = 30;

export const generateActivityReport = declareJob({
  name: 'generateActivityReport', queue: 'roomCleanup', attempts: 5, backoffMs: 30_000, timeoutMs: 30 * 60 * 1000,
  payload: Type.Object({ days: Type.Integer({ minimum: 1, maximum: 90 }) }),
  // After the clean-ups of the night, which count what they end.
  schedule: '0 5 * * *', scheduledPayload: { days: REPORT_DAYS }, scheduledLine: 'Running scheduled activity report...',
});
