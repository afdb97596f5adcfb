import { pino } from 'pino';
import { connectTo, startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import { expect, onTestFinished, test } from 'vitest';
import { startTestApp, type TestApp } from '../../test/app.ts';

const DANGER = /^Danger: the maxmemory-policy of Redis is allkeys-lru, .* queues .* noeviction.*CACHE_REDIS_URL/;

async function redisWith(policy: string): Promise<TestRedis> {
  const redis = await startRedis(['--maxmemory-policy', policy]);
  onTestFinished(() => redis.stop());
  return redis;
}

/** What a server says, as level and text. */
async function start(env: Record<string, string>): Promise<{ lines: { level: string; msg: string }[]; server: TestApp }> {
  const lines: { level: string; msg: string }[] = [];
  const log = pino({ level: 'debug' }, {
    write: (line: string) => {
      const { level, msg } = JSON.parse(line) as { level: number; msg: string };
      lines.push({ level: pino.levels.labels[level]!, msg });
    },
  });
  const server = await startTestApp({ REDIS_TIMEOUT_MS: '5000', ...env }, { log });
  onTestFinished(() => server.close());
  await expect.poll(async () => (await server.ask('GET', '/api/health')).body.redis).toBe('connected');
  return { lines, server };
}

/** Asked once a connection stands; by the time of the answer to another question it has been answered. */
async function asked(url: string): Promise<void> {
  const client = connectTo(url);
  await expect.poll(() => client.info('commandstats')).toContain('config');
  client.disconnect();
}

test('A Redis that may throw queues away is named once as a danger, also after it was away', async () => {
  const redis = await redisWith('allkeys-lru');
  const { lines, server } = await start({ REDIS_URL: redis.url });
  const warnings = () => lines.filter(({ msg }) => DANGER.test(msg));
  await expect.poll(warnings).toEqual([{ level: 'warn', msg: expect.any(String) }]);
  await redis.restart();
  await asked(redis.url);
  await expect.poll(async () => (await server.ask('GET', '/health')).body.redis.status).toBe('healthy');
  expect(warnings()).toHaveLength(1);
});

test('One that keeps everything is not, nor one that only the cache uses', async () => {
  const [main, cache] = [await redisWith('noeviction'), await redisWith('allkeys-lru')];
  const { lines } = await start({ REDIS_URL: main.url, CACHE_REDIS_URL: cache.url });
  await asked(main.url);
  expect(lines.filter(({ msg }) => msg.startsWith('Danger'))).toEqual([]);
});

test('With two, it is the main one that counts', async () => {
  const [main, cache] = [await redisWith('allkeys-lru'), await redisWith('noeviction')];
  const { lines } = await start({ REDIS_URL: main.url, CACHE_REDIS_URL: cache.url });
  await expect.poll(() => lines.some(({ msg }) => DANGER.test(msg))).toBe(true);
});

test('Where the question is not allowed nothing is claimed', async () => {
  const redis = await redisWith('allkeys-lru');
  const client = connectTo(redis.url);
  await client.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all', '-config');
  client.disconnect();
  const { lines } = await start({ REDIS_URL: redis.url.replace('redis://', 'redis://app:secret@') });
  await expect.poll(() => lines.find(({ msg }) => msg.startsWith('Cannot see what Redis does'))?.level).toBe('debug');
  expect(lines.filter(({ msg }) => msg.startsWith('Danger'))).toEqual([]);
});
