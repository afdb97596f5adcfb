import type { JobHandler } from '../../kernel/job.ts';
import { createNews, type NewsDeps } from './news.ts';
import { createReminders, type RemindersDeps } from './reminders.ts';

/** One for each of `events.jobs.ts`. */
export const eventJobs = (deps: NewsDeps & RemindersDeps): readonly JobHandler[] => [...createNews(deps), createReminders(deps)];
