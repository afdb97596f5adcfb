import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { run } from '../../scripts/run.ts';
import { ROOT } from './paths.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Whether what was measured and what loaded it had a core each. */
  readonly pinned: boolean;
  readonly versions: Readonly<Record<string, string>>;
}

const PEERS = [
  'express', 'express-rate-limit', 'rate-limit-redis', 'fastify', 'bentocache', 'cacheable', 'rate-limiter-flexible',
  'ioredis',
];

export async function describeMachine(pinned: boolean): Promise<Machine> {
  const [redis, wrk] = await Promise.all([run('redis-server', ['--version']), run('wrk', ['--version'])]);
  const first = (pattern: RegExp, text: string): string => pattern.exec(text)?.[1] ?? '?';
  return {
    cpu: cpus()[0]?.model ?? '?',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    pinned,
    versions: {
      node: process.versions.node,
      redis: first(/v=([\d.]+)/, redis.output),
      wrk: first(/^wrk (\S+)/m, wrk.output),
      ...Object.fromEntries(PEERS.map((name) => [name, installedVersion(name)])),
    },
  };
}

/** As it is found from here, whether or not its package.json may be imported. */
function installedVersion(name: string): string {
  const { paths } = createRequire(import.meta.url).resolve;
  for (const folder of [...(paths(name) ?? []), join(ROOT, 'node_modules')]) {
    try {
      return (JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as { version: string }).version;
    } catch {
      // It lies further up.
    }
  }
  return '?';
}
