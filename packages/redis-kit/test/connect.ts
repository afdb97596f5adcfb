import { onTestFinished } from 'vitest';
import type { RedisConnection } from '../src/redis/index.ts';
import { openConnection, ready } from './connection.ts';

/** Opens a connection that a test closes at its end, and waits until it stands. */
export async function connect(...where: Parameters<typeof openConnection>): Promise<RedisConnection> {
  const connection = openConnection(...where);
  onTestFinished(() => connection.close());
  await ready(connection);
  return connection;
}
