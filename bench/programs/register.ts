/**
 * The slowest hundredth of registrations, with the welcome mail and without, in ms: many small blocks in turn, so that
 * both meet the same moments. Passwords are hashed at almost no cost, for hashing would hide what is measured.
 * Usage: node register.ts <PostgreSQL> <Redis> <registrations of each kind>
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { loadConfig } from '../../apps/server/src/config/index.ts';
import { compose } from '../../apps/server/src/main/compose.ts';
import { programArguments, tell } from './arguments.ts';

const [databaseUrl = '', redisUrl = '', count = ''] = programArguments(3);
const AT_ONCE = 8;
const BLOCK = 50;
const folder = mkdtempSync(join(tmpdir(), 'watchparty-register-'));

const app = await compose(
  loadConfig({
    env: {
      NODE_ENV: 'test', DATA_DIR: folder, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, PORT: '0', LOG_DIR: 'off',
      PUBLIC_URL: 'http://127.0.0.1:5000', SCHEDULES_ENABLED: 'false', RATE_LIMIT_AUTH_MAX: '0',
    },
    cwd: folder,
  }),
  { log: pino({ level: 'silent' }), progress: () => {}, onLost: () => {}, passwordCost: { memoryKiB: 64, passes: 1 } },
);

let nth = 0;
async function register(sendsWelcome: boolean): Promise<number> {
  const username = `r${process.pid}x${(nth += 1)}`;
  const startedAt = performance.now();
  await app.accounts.register(
    app.write, { email: `${username}@example.org`, username, password: 'correct horse' }, { userAgent: 'bench', ip: '127.0.0.1' },
    { sendsWelcome },
  );
  return performance.now() - startedAt;
}

async function block(sendsWelcome: boolean, times: number[]): Promise<void> {
  let left = BLOCK;
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      times.push(await register(sendsWelcome));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

const p99 = (times: number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]!;

try {
  await block(true, []);
  await block(false, []);
  const [withMail, without]: [number[], number[]] = [[], []];
  while (without.length < Number(count)) {
    await block(true, withMail);
    await block(false, without);
  }
  tell({ withMail: p99(withMail), without: p99(without) });
} finally {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
}
