import { startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTestApp, type TestApp } from './app.ts';
import { bash, commandsOf } from './document.ts';

let redis: TestRedis;
let server: TestApp;
beforeEach(async () => {
  redis = await startRedis();
  server = await startTestApp({
    REDIS_URL: redis.url, REDIS_TIMEOUT_MS: '5000',
    RATE_LIMIT_ANONYMOUS_MAX: '100', RATE_LIMIT_USER_MAX: '1000', RATE_LIMIT_AUTH_MAX: '10',
  });
  await vi.waitUntil(async () => (await server.ask('GET', '/api/movies')).headers.get('x-cache') === 'HIT', { timeout: 10_000 });
});
afterEach(async () => {
  await server.close();
  await redis.stop();
});

/** Pastes a document's blocks into bash, each followed by a mark; answers what each has printed. */
async function paste(path: string): Promise<string[]> {
  const commands = commandsOf(path);
  expect(commands.length).toBeGreaterThan(5);
  const marked = commands.flatMap((block) => [block, 'echo "<end of block>"']);
  const { code, output, errors } = await bash(marked, { HOME: server.dataDir, WATCHPARTY: server.url, REDIS_URL: redis.url });
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return output.split('<end of block>\n');
}

/** What the block printed that holds this command. */
function blockOf(path: string, printed: readonly string[], command: string): string {
  const at = commandsOf(path).findIndex((block) => block.includes(command));
  expect([command, at >= 0]).toEqual([command, true]);
  return printed[at]!;
}

test('docs/CHEATSHEET.md does what it says, pasted into bash', async () => {
  const path = 'docs/CHEATSHEET.md';
  const printed = await paste(path);
  const block = (command: string) => blockOf(path, printed, command);

  expect(block('r PING')).toMatch(/"redis":"connected".*\n.*"totalKeys":\d.*\nPONG\n$/s);
  const [first, second, header] = block("grep -i '^x-cache'\n").split('\n');
  expect(first).not.toContain('_cached');
  expect(second).toContain('"_cached":true,"_cacheKey":"cache:room:1"');
  expect(header).toMatch(/^x-cache: HIT/i);
  expect(block('If-None-Match')).toBe('304\n');

  const keys = block("r --scan --pattern 'cache:*'").split('\n');
  expect(keys).toEqual(expect.arrayContaining([
    'cache:room:1', 'cache:rooms:page:1:limit:10', 'cache:movies:page:1:limit:10', 'cache:user:1:profile',
    expect.stringMatching(/^cache:chat:1:messages:/), 'cache-tag:rooms', 'cache-tag:room:1', 'cache-tag:*',
    'ratelimit:auth:127.0.0.1', 'ratelimit:anonymous:127.0.0.1', 'ratelimit:user:1',
  ]));
  const [head, body, listHead, listBody, ttlMs] = block('r GET "cache:room:$ROOM"').split('\n');
  expect(Object.keys(JSON.parse(head!).v)).toEqual(['*', 'room:1']);
  expect(JSON.parse(body!)).toMatchObject({ id: 1, name: 'Film night' });
  expect(Object.keys(JSON.parse(listHead!).v)).toEqual(['*', 'rooms']);
  expect(JSON.parse(listBody!).items).toHaveLength(1);
  expect(Number(ttlMs)).toBeGreaterThan(200_000);
  const [epoch, lease, windowMs] = block('r GET cache-epoch').split('\n');
  expect([epoch!.length, lease]).toEqual([40, '0']);
  expect(Number(windowMs)).toBeGreaterThan(800_000);

  const [before, after, renamed] = block('-X PATCH').split('\n');
  expect([before!.length, after!.length, before === after]).toEqual([12, 12, false]);
  expect(renamed).toMatch(/"name":"Long film night"/);
  expect(renamed).not.toContain('_cached');
  expect(block('r DEL "cache-tag:room:$ROOM"')).toMatch(/^1\nx-cache: MISS/i);

  const [stats, cleared, ...metrics] = block('/api/admin/cache/clear').trimEnd().split('\n');
  // Keys are counted beside the requests, now and then; how many the last count found is a matter of the moment.
  const { namespaces } = JSON.parse(stats!).data;
  expect(namespaces).toEqual(expect.arrayContaining([
    expect.objectContaining({ name: 'rooms.one', keyPattern: 'cache:room:{id}', keys: expect.any(Number), loads: 3 }),
  ]));
  expect(JSON.parse(cleared!)).toEqual({ success: true, data: { keys: expect.any(Number) } });
  expect(metrics).toEqual(expect.arrayContaining(['redis_up{connection="cache"} 1', 'cache_breaker_state{state="closed"} 1']));
});

test('docs/REDIS_SETUP.md does what it says, pasted into bash', async () => {
  const path = 'docs/REDIS_SETUP.md';
  const printed = await paste(path);
  const block = (command: string) => blockOf(path, printed, command);

  expect(block('r PING')).toMatch(/^PONG\n(?:redis|valkey)_version:\d+\.\d+.*"redis":"connected"/s);
  expect(block('appendfsync')).toMatch(/^OK\nOK\nappendonly\nyes\naof_enabled:1/);
  expect(block('r CONFIG SET maxmemory 256mb')).toMatch(/maxmemory-policy\nnoeviction.*maxmemory_human:256.00M/s);
  expect(block('r SLOWLOG')).toMatch(/instantaneous_ops_per_sec.*connected_clients:\d+.*keys/s);
  expect(block('cache_breaker_state')).toContain('redis_up{connection="cache"} 1\n');
  const lines = block('r FLUSHDB').split('\n');
  expect(lines[0]).toBe('1');
  expect(lines[1]).toMatch(/^\{"success":true,"data":\{"items":\[\]/);
  expect(lines.slice(2).join('\n')).toMatch(/^OK\nx-cache: MISS.*\n\{"success":true,"data":\{"items":\[\]/is);
  expect(block('cache_(hits|misses|bypasses)_total')).toContain('cache_hits_total{policy="rooms.list"');
});

test('A key that is deleted by hand, a tag, or everything: the answer stays right', async () => {
  const room = () => server.ask('GET', '/api/rooms');
  await room();
  const r = async (...words: string[]) => (await bash([`redis-cli -u ${redis.url} ${words.join(' ')}`], {})).output.trim();
  expect(await r('DEL', 'cache:rooms:page:1:limit:10')).toBe('1');
  expect((await room()).headers.get('x-cache')).toBe('HIT');
  for (const words of [['DEL', 'cache-tag:rooms'], ['DEL', '"cache-tag:*"'], ['FLUSHDB'], ['FLUSHALL']]) {
    await r(...words);
    expect([words, (await room()).headers.get('x-cache')]).toEqual([words, 'MISS']);
    expect((await room()).headers.get('x-cache')).toBe('HIT');
  }
});
