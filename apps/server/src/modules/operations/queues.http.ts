import {
  ActivityReport, CleanupBody, FailedJob, FailedJobsQuery, Page, PageQuery, QueuedJob, QueueStats, ReportBody,
  ReportSummary, Uuid,
} from '@watchparty/protocol';
import Type from 'typebox';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import type { QueueAdmin } from './queues.ts';
import type { Reports } from './reports.ts';

interface Deps {
  readonly queues: QueueAdmin;
  readonly reports: Reports;
}

const params = Type.Object({ id: Uuid }, { additionalProperties: false });

export function queuesRoutes({ queues, reports }: Deps): Route[] {
  const common = { tag: 'Queues', access: 'admin' } as const;
  return [
    jsonRoute({
      ...common, method: 'GET', path: '/api/queues/stats', id: 'queueStats', response: QueueStats,
      summary: 'How many jobs wait, run, are delayed, were done or failed, by queue',
      handle: () => queues.stats(),
    }),
    jsonRoute({
      ...common, method: 'POST', path: '/api/queues/cleanup', id: 'startCleanup', summary: 'Tidy up now instead of at its time',
      body: CleanupBody, bodyOptional: true, response: QueuedJob, status: 202, idempotent: true,
      handle: ({ write, body }) => queues.cleanup(write, body),
    }),
    jsonRoute({
      ...common, method: 'POST', path: '/api/queues/report', id: 'startReport', summary: 'Write an activity report',
      description: 'The report is found under the job’s id when it is written.',
      body: ReportBody, bodyOptional: true, response: QueuedJob, status: 202, idempotent: true,
      handle: ({ write, body }) => queues.report(write, body),
    }),
    jsonRoute({
      ...common, method: 'GET', path: '/api/queues/reports', id: 'listReports', summary: 'Activity reports, newest first',
      query: PageQuery, response: Page(ReportSummary), errors: ['page.past_end'],
      handle: ({ query: { page = 1, limit = 10 } }) => reports.list({ page, limit }),
    }),
    jsonRoute({
      ...common, method: 'GET', path: '/api/queues/reports/:id', id: 'getReport', summary: 'One activity report',
      params, response: ActivityReport, errors: ['queues.report_not_found'],
      handle: ({ params: { id } }) => reports.find(id),
    }),
    jsonRoute({
      ...common, method: 'GET', path: '/api/queues/failed', id: 'listFailedJobs', query: FailedJobsQuery,
      summary: 'Jobs that all their attempts could not do, the latest failures first',
      response: Page(FailedJob), errors: ['page.past_end'],
      handle: ({ query: { queue, page = 1, limit = 10 } }) => queues.failed(queue, { page, limit }),
    }),
    jsonRoute({
      ...common, method: 'POST', path: '/api/queues/failed/:id/retry', id: 'retryFailedJob', params,
      summary: 'Give a failed job all its attempts again', response: Type.Null(), errors: ['queues.job_not_found'],
      async handle({ params: { id } }) {
        await queues.retry(id);
        return null;
      },
    }),
  ];
}
