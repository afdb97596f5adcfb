import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import { request } from './app.ts';
import { cleanUp, makeDataDir, type ServerProcess, startServer } from './server-process.ts';
import { type MailServer, startMailServer } from './smtp.ts';

const DEEP = process.env['WATCHPARTY_DEEP'] === '1';
const LEAST_REGISTRATIONS = DEEP ? 1000 : 60;
const LEAST_KILLS = DEEP ? 100 : 8;
const WRITERS = 4;
const PAUSE_MS = 100;
/** All three tries of a mail fall within half of this: no mail meets two outages of the mail server. */
const MAIL_OUTAGE_EVERY_MS = 8000;

let dataDir: string;
let server: ServerProcess | undefined;
let redis: TestRedis | undefined;
let mailServer: MailServer | undefined;
afterEach(async () => {
  await cleanUp(dataDir, server);
  await redis?.stop();
  await mailServer?.close();
});

test(`${LEAST_REGISTRATIONS} registrations and more, with server, Redis, database and mail server killed meanwhile: one welcome each, none for those refused`, async () => {
  dataDir = await makeDataDir();
  redis = await startRedis();
  /** When the mail server said 250, by address. */
  const takenAt = new Map<string, number[]>();
  const openMailServer = async (port?: number): Promise<void> => {
    mailServer = await startMailServer({
      ...(port !== undefined && { port }),
      beforeAnswer({ to: [to = ''] }) {
        takenAt.set(to, [...(takenAt.get(to) ?? []), performance.now()]);
      },
    });
  };
  await openMailServer();
  const mailPort = mailServer!.port;
  const env = { REDIS_URL: redis.url, REDIS_TIMEOUT_MS: '200', SMTP_HOST: '127.0.0.1', SMTP_PORT: String(mailPort) };
  const start = async (): Promise<string> => {
    server = startServer(dataDir, { env });
    return server.ready();
  };
  let up = start();
  await up;

  async function killServer(): Promise<void> {
    server!.child.kill('SIGKILL');
    await server!.ended;
    up = start();
    await up;
  }
  const KILLERS = {
    server: killServer,
    async redis() {
      await redis!.kill();
      await sleep(randomInt(50, 500));
      await redis!.restart();
    },
    async database() {
      const pid = Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
      process.kill(pid, 'SIGKILL');
    },
    async mail() {
      await mailServer!.close();
      await sleep(randomInt(50, 500));
      await openMailServer(mailPort);
    },
  };

  const kills: { readonly what: string; readonly at: number }[] = [];
  let telling = true;
  const killing = (async () => {
    while (telling || kills.length < LEAST_KILLS) {
      await sleep(randomInt(300, 2500));
      const lastMailOutage = kills.findLast((kill) => kill.what === 'mail')?.at ?? 0;
      const mailToo = performance.now() - lastMailOutage > MAIL_OUTAGE_EVERY_MS;
      const what = (['server', 'redis', 'database', 'mail'] as const)[randomInt(mailToo ? 4 : 3)]!;
      kills.push({ what, at: performance.now() });
      await KILLERS[what]().catch((error: NodeJS.ErrnoException) => {
        // Between two databases there is none to kill.
        if (what !== 'database' || (error.code !== 'ENOENT' && error.code !== 'ESRCH')) throw error;
      });
    }
  })();

  /** Sends until it is answered, each time with the same key. */
  async function register(name: string, email: string): Promise<number> {
    for (;;) {
      try {
        const { status, body } = await request(`${await up}/api/auth/register`, 'POST', {
          body: { username: name, email, password: 'secret-enough' }, headers: { 'idempotency-key': email },
        });
        if (status < 500 && body.code !== 'idempotency.in_flight') return status;
      } catch {
        // Gone in the middle; the next try finds the next process.
      }
      await sleep(PAUSE_MS);
    }
  }

  const welcome: string[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: WRITERS }, async () => {
    // All along the kills.
    while (next < LEAST_REGISTRATIONS || kills.length < LEAST_KILLS) {
      await sleep(randomInt(2 * PAUSE_MS));
      const number = (next += 1);
      const email = `p${number}@example.org`;
      expect(await register(`person-${number}`, email)).toBe(201);
      welcome.push(email);
      // The same name again, for another address: refused, and rolled back.
      if (number % 5 === 0) expect(await register(`person-${number}`, `refused${number}@example.org`)).toBe(409);
    }
  }));
  telling = false;
  await killing;

  await expect.poll(() => welcome.filter((email) => !takenAt.has(email)), { timeout: 90_000, interval: 200 }).toEqual([]);
  expect([...takenAt.keys()].filter((email) => !welcome.includes(email))).toEqual([]);
  const twice = [...takenAt].filter(([, times]) => times.length > 1);
  process.stdout.write(`${kills.length} kills, ${twice.length} of ${welcome.length} mails came more than once\n`);
  for (const [email, [first = 0, second = 0]] of twice) {
    const between = kills.filter(({ at }) => at >= first - 1000 && at <= second);
    expect(between, `${email} came twice without a kill between its 250 and its record`).not.toEqual([]);
  }
}, DEEP ? 30 * 60_000 : 4 * 60_000);
