import { openRedis, type RedisConnection, type RedisProfile } from '../src/redis/index.ts';

interface Options {
  readonly profile?: RedisProfile;
  readonly timeoutMs?: number;
}

/** A connection to a server of `startRedis`, patient with a busy machine unless `timeoutMs` says otherwise. */
export function openConnection(url: string, options: Options = {}): RedisConnection {
  const { profile = 'request', timeoutMs = 5000 } = options;
  const { hostname: host, port } = new URL(url);
  return openRedis({ kind: 'standalone', host, port: Number(port), db: 0, tls: false, timeoutMs }, { profile });
}

/** Resolves once the connection stands. */
export async function ready(connection: RedisConnection): Promise<void> {
  if (connection.status() === 'connected') return;
  await new Promise<void>((resolve) => connection.onChange((status) => status === 'connected' && resolve()));
}
