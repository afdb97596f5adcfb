import { createSchedules, type JobDriver, type Schedules } from '@watchparty/redis-kit/jobs';
import { enqueued } from '../kernel/job.ts';
import type { Log } from '../kernel/log.ts';
import type { Write } from '../kernel/write.ts';
import type { Jobs } from './catalogue.ts';
import * as repo from './jobs.repo.ts';

interface Deps {
  readonly driver: JobDriver;
  readonly jobs: Jobs;
  readonly timeZone: string;
  readonly write: Write;
  readonly log: Log;
}

/** When its time has come, a scheduled job is enqueued like any other: once for each firing, whatever is killed. */
export function startSchedules({ driver, jobs, timeZone, write, log }: Deps): Schedules {
  const scheduled = jobs.declarations.flatMap((job) => (job.schedule === undefined ? [] : [{ job, pattern: job.schedule }]));
  return createSchedules({
    driver, timeZone, log,
    schedules: scheduled.map(({ job, pattern }) => ({ name: job.name, pattern })),
    async onFire(name, firing) {
      const job = jobs.named(name);
      if (job === undefined) return;
      const taken = await write(async (tx, effects) => {
        if (!(await repo.takeFiring(tx, name, firing))) return false;
        effects.add(enqueued(job, job.scheduledPayload ?? {}));
        return true;
      });
      if (taken) log.info({ job: name }, job.scheduledLine ?? `Running scheduled ${name}...`);
    },
  });
}
