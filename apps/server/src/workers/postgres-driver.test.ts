import { createPostgresJobDriver } from '@watchparty/redis-kit/jobs';
import { describeJobDriver } from '@watchparty/redis-kit/test/jobs';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { createTestDatabase } from '../../test/postgres.ts';
import { openQueuePool } from '../db/index.ts';

const silent = pino({ level: 'silent' });

describeJobDriver('PostgreSQL', async () => {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  return {
    async open() {
      const { pool, close } = openQueuePool(database, silent);
      onTestFinished(close);
      return createPostgresJobDriver({ pool });
    },
  };
});
