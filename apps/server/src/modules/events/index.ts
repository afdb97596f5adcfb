export { discoveryPolicies } from './discovery.cache.ts';
export { discoveryRoutes } from './discovery.http.ts';
export { createDiscovery, type Discovery } from './discovery.ts';
export { eventPolicies } from './events.cache.ts';
export { eventsRoutes } from './events.http.ts';
export { eventNews, eventPromotedEmail, eventReminders } from './events.jobs.ts';
export { createEvents, type Events } from './events.ts';
export { createReminderWatch } from './reminder-watch.ts';
export { eventJobs } from './job-handlers.ts';
