import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { startRedis, type TestRedis } from './redis.ts';

let redis: TestRedis | undefined;
afterEach(async () => redis?.stop());

async function command(url: string, line: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(`${line}\r\n`));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.toString();
}

it('starts a server that answers, keeps nothing on disk and forgets at a restart', async () => {
  redis = await startRedis(['--maxmemory-policy', 'noeviction']);
  expect(await command(redis.url, 'PING')).toBe('+PONG\r\n');
  expect(await command(redis.url, 'CONFIG GET save')).toContain('$0\r\n');
  expect(await command(redis.url, 'CONFIG GET maxmemory-policy')).toContain('noeviction');
  expect(await command(redis.url, 'SET room 5')).toBe('+OK\r\n');
  await redis.restart();
  expect(await command(redis.url, 'GET room')).toMatch(/^[$_]/);
  expect(await command(redis.url, 'EXISTS room')).toBe(':0\r\n');
});

it('is gone after a kill, and comes back at the same address', async () => {
  redis = await startRedis();
  await redis.kill();
  await expect(command(redis.url, 'PING')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await redis.restart();
  expect(await command(redis.url, 'PING')).toBe('+PONG\r\n');
});

it('gives each suite its own, and stop ends it for good', async () => {
  redis = await startRedis();
  const other = await startRedis();
  try {
    expect(other.url).not.toBe(redis.url);
  } finally {
    await other.stop();
    await other.stop();
  }
  await expect(command(other.url, 'PING')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(await command(redis.url, 'PING')).toBe('+PONG\r\n');
});

it('ends with the process that started it', async () => {
  const script = `const { startRedis } = await import(${JSON.stringify(new URL('redis.ts', import.meta.url).href)});
    process.stdout.write((await startRedis()).url); process.exit(0);`;
  const { stdout: url } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  expect(url).toMatch(/^redis:/);
  const answer = () => command(url, 'PING').catch((error: NodeJS.ErrnoException) => error.code);
  await expect.poll(answer, { timeout: 10_000 }).toBe('ECONNREFUSED');
});

it('says what the server says when it cannot start', async () => {
  await expect(startRedis(['--no-such-option', '1'])).rejects.toThrow(/Redis did not start: [^]*no-such-option/);
});
