import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { startTestApp } from '../../../test/app.ts';
import { factoriesFor } from '../../../test/factories.ts';
import { tryJob } from '../../../test/jobs.ts';
import { systemClock } from '../../kernel/clock.ts';
import { createSessionCleanup } from './index.ts';

test('[SE8] What is left of sessions that have ended is removed in small changes; others stay, and hold', async () => {
  const server = await startTestApp();
  onTestFinished(() => server.close());
  const user = await factoriesFor(server).user();
  const sessions = server.db.database.kysely;
  for (let n = 0; n < 6; n += 1) await server.ask('POST', '/api/auth/login', { body: { username: user.username, password: user.password } });
  await sessions.updateTable('sessions').set({ expires_at: new Date(Date.now() - 1) }).where('id', '!=', user.sessionId).execute();
  await tryJob(createSessionCleanup({ clock: systemClock, log: pino({ level: 'silent' }), batchSize: 2 }), 'cleanupExpiredSessions', {}, { write: server.app.write });
  expect(await sessions.selectFrom('sessions').select('id').execute()).toEqual([{ id: user.sessionId }]);
  expect((await server.ask('GET', '/api/auth/profile', { token: user.token })).status).toBe(200);
});
