import Type from 'typebox';
import { PageQuery } from './page.ts';
import { Id, Time, Uuid } from './text.ts';

const count = Type.Integer({ minimum: 0 });

export const QueueName = Type.Enum(['email', 'imageProcessing', 'roomCleanup', 'events'], { title: 'QueueName' });
export type QueueName = Type.Static<typeof QueueName>;

/** One queue. `completed` and `failed` count since the installation; `total` is the sum of the five. */
export const QueueFigures = Type.Object(
  { queueName: QueueName, waiting: count, active: count, completed: count, failed: count, delayed: count, total: count },
  { additionalProperties: false, title: 'QueueFigures' },
);
export type QueueFigures = Type.Static<typeof QueueFigures>;

export const QueueStats = Type.Object(
  { email: QueueFigures, imageProcessing: QueueFigures, roomCleanup: QueueFigures, events: QueueFigures },
  { additionalProperties: false, title: 'QueueStats' },
);
export type QueueStats = Type.Static<typeof QueueStats>;

/** A job that all its attempts could not do. `payload` is null where it is kept from queue boards. */
export const FailedJob = Type.Object(
  { id: Uuid, name: Type.String(), queueName: QueueName, payload: Type.Unknown(), error: Type.String(), createdAt: Time, failedAt: Time },
  { additionalProperties: false, title: 'FailedJob' },
);
export type FailedJob = Type.Static<typeof FailedJob>;

/** Of all queues, or of one. */
export const FailedJobsQuery = Type.Object(
  { queue: Type.Optional(QueueName), ...PageQuery.properties }, { additionalProperties: false },
);
export type FailedJobsQuery = Type.Static<typeof FailedJobsQuery>;

export const CleanupJob = Type.Enum(
  ['cleanupInactiveRooms', 'cleanupOldChatMessages', 'cleanupInactiveParticipants', 'cleanupExpiredSessions'],
  { title: 'CleanupJob' },
);
export type CleanupJob = Type.Static<typeof CleanupJob>;

const TEN_YEARS_DAYS = 3650;
const days = Type.Integer({ minimum: 1, maximum: TEN_YEARS_DAYS });

/** Inactive rooms unless `job` says otherwise. The age belongs to the job; left out it is that of the schedule. */
export const CleanupBody = Type.Object(
  {
    job: Type.Optional(CleanupJob),
    daysInactive: Type.Optional(days),
    daysOld: Type.Optional(days),
    hoursInactive: Type.Optional(Type.Integer({ minimum: 1, maximum: 24 * TEN_YEARS_DAYS })),
  },
  { additionalProperties: false, title: 'CleanupBody' },
);
export type CleanupBody = Type.Static<typeof CleanupBody>;

/** A job that will be done soon; its answer does not wait for it. */
export const QueuedJob = Type.Object(
  { jobId: Uuid, name: Type.String(), queueName: QueueName },
  { additionalProperties: false, title: 'QueuedJob' },
);
export type QueuedJob = Type.Static<typeof QueuedJob>;

/** The last days up to today (UTC). */
export const ReportBody = Type.Object(
  { days: Type.Optional(Type.Integer({ minimum: 1, maximum: 90, default: 30 })) },
  { additionalProperties: false, title: 'ReportBody' },
);
export type ReportBody = Type.Static<typeof ReportBody>;

const Day = Type.String({ format: 'date', description: 'A day in UTC' });

/** What happened. `watchSeconds` adds up everybody’s; `peakParticipants` is the most people in one room at once. */
const activity = { messages: count, watchSeconds: count, joins: count, peakParticipants: count };

export const ReportTotals = Type.Object(
  { ...activity, rooms: count, activeRooms: count }, { additionalProperties: false, title: 'ReportTotals' },
);
export const ReportDay = Type.Object({ day: Day, ...activity }, { additionalProperties: false, title: 'ReportDay' });
export const ReportRoom = Type.Object(
  {
    roomId: Id, name: Type.String(), isPrivate: Type.Boolean(), isActive: Type.Boolean(), participantCount: count,
    lastActivityAt: Time, ...activity,
  },
  { additionalProperties: false, title: 'ReportRoom' },
);
export type ReportTotals = Type.Static<typeof ReportTotals>;
export type ReportDay = Type.Static<typeof ReportDay>;
export type ReportRoom = Type.Static<typeof ReportRoom>;

const summary = {
  /** That of the job which made it. */
  id: Uuid, from: Day, to: Day, createdAt: Time, totals: ReportTotals,
};

export const ReportSummary = Type.Object(summary, { additionalProperties: false, title: 'ReportSummary' });
export type ReportSummary = Type.Static<typeof ReportSummary>;

/** `days` in order, each day of the time; `rooms` by activity, the 50 that had most. */
export const ActivityReport = Type.Object(
  { ...summary, days: Type.Array(ReportDay), rooms: Type.Array(ReportRoom) },
  { additionalProperties: false, title: 'ActivityReport' },
);
export type ActivityReport = Type.Static<typeof ActivityReport>;
