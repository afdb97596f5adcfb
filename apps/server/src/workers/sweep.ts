import type { Queries } from '../db/index.ts';
import type { Jobs } from './catalogue.ts';
import * as repo from './jobs.repo.ts';

const LEFT_AFTER_MS = 60_000;
const PAGE = 1000;

/** Puts away what killed processes left recorded but uncounted, and failed jobs that were kept long enough. */
export async function sweepJobs(queries: Queries, jobs: Jobs): Promise<number> {
  let count = 0;
  for (;;) {
    const rows = await repo.leftDone(queries, LEFT_AFTER_MS, PAGE);
    if (rows.length > 0) await repo.exchange(queries, rows.map(({ id }) => id), []);
    count += rows.length;
    if (rows.length < PAGE) break;
  }
  await repo.forgetRuns(queries, LEFT_AFTER_MS);
  for (const { name, keepFailedSeconds } of jobs.declarations) {
    if (keepFailedSeconds !== undefined) count += await repo.removeFailed(queries, name, keepFailedSeconds);
  }
  return count;
}
