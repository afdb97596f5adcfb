import Type from 'typebox';
import { declareJob } from '../../kernel/job.ts';

const HOUR_MS = 60 * 60 * 1000;
const common = { queue: 'roomCleanup', attempts: 5, backoffMs: 30_000, timeoutMs: 2 * HOUR_MS } as const;

export const cleanupInactiveRooms = declareJob({
  ...common, name: 'cleanupInactiveRooms',
  payload: Type.Object({ daysInactive: Type.Integer({ minimum: 1 }) }),
  schedule: '0 3 * * *', scheduledPayload: { daysInactive: 30 }, scheduledLine: 'Running scheduled room cleanup...',
});

export const cleanupInactiveParticipants = declareJob({
  ...common, name: 'cleanupInactiveParticipants',
  payload: Type.Object({ hoursInactive: Type.Integer({ minimum: 1 }) }),
  schedule: '0 */6 * * *', scheduledPayload: { hoursInactive: 24 }, scheduledLine: 'Running scheduled participant cleanup...',
});
