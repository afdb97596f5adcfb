import { expect, test } from 'vitest';
import { jobDeclarations } from './jobs.ts';

test('Clean-ups have the names, ages and times that were promised', () => {
  const scheduled = jobDeclarations.filter(({ schedule }) => schedule !== undefined);
  expect(Object.fromEntries(scheduled.map(({ name, queue, schedule, scheduledPayload }) => [name, [queue, schedule, scheduledPayload]]))).toEqual({
    cleanupInactiveRooms: ['roomCleanup', '0 3 * * *', { daysInactive: 30 }],
    cleanupOldChatMessages: ['roomCleanup', '0 4 * * 0', { daysOld: 90 }],
    cleanupInactiveParticipants: ['roomCleanup', '0 */6 * * *', { hoursInactive: 24 }],
    cleanupExpiredSessions: ['roomCleanup', '0 * * * *', {}],
    generateActivityReport: ['roomCleanup', '0 5 * * *', { days: 30 }],
  });
  const line = jobDeclarations.find(({ name }) => name === 'cleanupInactiveRooms')?.scheduledLine;
  expect(line).toBe('Running scheduled room cleanup...');
});
