/**
 * Answers events as people do, through the server's own use case, so many a second, each by another person to another
 * event; prints a line when it begins, and how many a second it were when a line comes in.
 * Usage: node answers.ts <PostgreSQL> <Redis> <events> <people> <per second>
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { loadConfig } from '../../apps/server/src/config/index.ts';
import { compose } from '../../apps/server/src/main/compose.ts';
import { programArguments, tell } from './arguments.ts';

const [databaseUrl = '', redisUrl = '', events = '', people = '', perSecond = ''] = programArguments(5);
const TICK_MS = 20;

const folder = mkdtempSync(join(tmpdir(), 'watchparty-answers-'));
const app = await compose(
  loadConfig({
    env: {
      NODE_ENV: 'test', DATA_DIR: folder, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, PORT: '0', LOG_DIR: 'off',
      SCHEDULES_ENABLED: 'false', PUBLIC_URL: 'http://127.0.0.1:5000',
    },
    cwd: folder,
  }),
  { log: pino({ level: 'silent' }), progress: () => {}, onLost: () => {} },
);
let ending = false;
let answered = 0;
const waiting = new Set<Promise<void>>();

async function answer(): Promise<void> {
  const userId = 1 + Math.floor(Math.random() * Number(people));
  const status = Math.random() < 0.5 ? 'going' : 'interested';
  try {
    await app.events.rsvp({ userId, username: 'person', role: 'user', sessionId: '' }, 1 + Math.floor(Math.random() * Number(events)), { status });
    answered += 1;
  } catch (error) {
    // A part of the events is over.
    if ((error as { code?: string }).code !== 'events.over') throw error;
    answered += 1;
  }
}

async function run(): Promise<number> {
  const startedMs = performance.now();
  for (let sent = 0; !ending; await sleep(TICK_MS)) {
    const due = ((performance.now() - startedMs) / 1000) * Number(perSecond);
    for (; sent < due && waiting.size < 500; sent += 1) {
      const one = answer().finally(() => waiting.delete(one));
      waiting.add(one);
    }
    // What this machine could not do in time is not made up for.
    sent = Math.max(sent, Math.floor(due));
  }
  const seconds = (performance.now() - startedMs) / 1000;
  await Promise.all(waiting);
  return answered / seconds;
}

try {
  const running = run();
  tell('answering');
  await once(process.stdin, 'data');
  ending = true;
  tell(await running);
} finally {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
  process.stdin.destroy();
}
