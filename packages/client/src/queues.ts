import type {
  ActivityReport, CleanupBody, FailedJob, FailedJobsQuery, QueuedJob, QueueStats, ReportBody, ReportSummary,
} from '@watchparty/protocol';
import type { Caller, CallOptions, CreateOptions } from './caller.ts';
import type { Page, PageQuery } from './page.ts';

/** For administrators. */
export function queueCalls({ data, create }: Caller) {
  return {
    stats: ({ signal }: CallOptions = {}): Promise<QueueStats> => data({ method: 'GET', path: '/api/queues/stats', signal }),

    /** Tidies up now: inactive rooms, unless `job` names another clean-up. Does not wait for it. */
    cleanup: (body: CleanupBody = {}, options?: CreateOptions): Promise<QueuedJob> => create('/api/queues/cleanup', body, options),

    /** Has a report written; it is found under the `jobId` when it is. */
    report: (body: ReportBody = {}, options?: CreateOptions): Promise<QueuedJob> => create('/api/queues/report', body, options),

    /** Newest first. */
    reports: ({ page, limit }: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<ReportSummary>> =>
      data({ method: 'GET', path: '/api/queues/reports', query: { page, limit }, signal }),

    getReport: (id: string, { signal }: CallOptions = {}): Promise<ActivityReport> =>
      data({ method: 'GET', path: `/api/queues/reports/${id}`, signal }),

    /** Jobs that all their attempts could not do, the latest failures first. */
    failed: ({ queue, page, limit }: FailedJobsQuery = {}, { signal }: CallOptions = {}): Promise<Page<FailedJob>> =>
      data({ method: 'GET', path: '/api/queues/failed', query: { queue, page, limit }, signal }),

    /** Gives a failed job all its attempts again. */
    retry: (id: string, { signal }: CallOptions = {}): Promise<null> =>
      data({ method: 'POST', path: `/api/queues/failed/${id}/retry`, signal }),
  };
}
