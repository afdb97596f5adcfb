import { onTestFinished } from 'vitest';
import { openRedis, type RedisConnection, type RedisProfile } from '../src/redis/index.ts';

/** Opens a connection that a test closes at its end, and waits until it stands. */
export async function connect(url: string, options: { profile?: RedisProfile; timeoutMs?: number } = {}): Promise<RedisConnection> {
  const connection = openConnection(url, options);
  onTestFinished(() => connection.close());
  await ready(connection);
  return connection;
}

export function openConnection(url: string, { profile = 'request', timeoutMs = 5000 }: { profile?: RedisProfile; timeoutMs?: number } = {}): RedisConnection {
  const { hostname: host, port } = new URL(url);
  return openRedis({ kind: 'standalone', host, port: Number(port), db: 0, tls: false, timeoutMs }, { profile });
}

export async function ready(connection: RedisConnection): Promise<void> {
  if (connection.status() === 'connected') return;
  await new Promise<void>((resolve) => connection.onChange((status) => status === 'connected' && resolve()));
}
