import type { ActivityReport, ReportDay, ReportSummary, ReportTotals } from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { JobHandler } from '../../kernel/job.ts';
import type { Log } from '../../kernel/log.ts';
import { type PageOf, pageOf, type PageRequest } from '../../kernel/page.ts';
import { Problem } from '../../kernel/problem.ts';
import { generateActivityReport } from './reports.jobs.ts';
import * as repo from './reports.repo.ts';
import { reportRoom, reportSummary, reportView } from './reports.views.ts';

interface Deps {
  readonly queries: Queries;
  /** Of the chat: counts a day's messages, so that they can be told of. */
  readonly countMessagesOfDay: (tx: Tx, day: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Reports {
  list(page: PageRequest): Promise<PageOf<ReportSummary>>;
  find(id: string): Promise<ActivityReport>;
  readonly handlers: readonly JobHandler[];
}

const DAY_MS = 24 * 60 * 60 * 1000;
const ROOMS = 50;

/** What went on in the rooms, day by day, as the job writes it down. AR1–AR4 */
export function createReports({ queries, countMessagesOfDay, clock, log }: Deps): Reports {
  const handler: JobHandler<typeof generateActivityReport.payload> = {
    job: generateActivityReport,
    async handle({ id, payload, signal, write, done }) {
      const dates = lastDays(clock.now(), payload.days);
      const span = { from: dates[0]!, to: dates.at(-1)! };
      for (const day of dates) {
        signal.throwIfAborted();
        await write((tx) => countMessagesOfDay(tx, day));
      }
      const [days, rooms, counts] = await Promise.all([
        repo.activityOfDays(queries, span), repo.mostActiveRooms(queries, span, ROOMS), repo.countRooms(queries),
      ]);
      const report = {
        id, ...span, createdAt: new Date(clock.now()).toISOString(), totals: { ...totalsOf(days), ...counts }, days,
        rooms: rooms.map(reportRoom),
      };
      await write(async (tx) => {
        await done(tx);
        await repo.insert(tx, report);
      });
      log.info({ reportId: id, ...span }, 'Activity report written');
    },
  };

  return {
    async list(page) {
      const { rows, total } = await repo.list(queries, page);
      return pageOf(rows.map(reportSummary), total, page);
    },

    async find(id) {
      const row = await repo.find(queries, id);
      if (row === undefined) throw new Problem('queues.report_not_found');
      return reportView(row);
    },

    handlers: [handler],
  };
}

/** So many days up to the one of `nowMs` (UTC), in order. */
const lastDays = (nowMs: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => new Date(nowMs - (count - 1 - index) * DAY_MS).toISOString().slice(0, 10));

const totalsOf = (days: readonly ReportDay[]): Omit<ReportTotals, 'rooms' | 'activeRooms'> =>
  days.reduce((sum, day) => ({
    messages: sum.messages + day.messages,
    watchSeconds: sum.watchSeconds + day.watchSeconds,
    joins: sum.joins + day.joins,
    peakParticipants: Math.max(sum.peakParticipants, day.peakParticipants),
  }), { messages: 0, watchSeconds: 0, joins: 0, peakParticipants: 0 });
