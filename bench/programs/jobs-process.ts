/**
 * Jobs per second from a full queue to all done, 100 at a time. What a job does is the same on both sides: it sends a
 * mail, or waits for 2 ms.
 * Usage: node jobs-process.ts <watchparty|bullmq> <mail|wait> <PostgreSQL> <Redis> <port of a mail server> <jobs>
 */
import { randomUUID } from 'node:crypto';
import { Worker } from 'bullmq';
import { sql } from 'kysely';
import { declareJob, enqueued } from '../../apps/server/src/kernel/job.ts';
import { createSmtpMailer } from '../../apps/server/src/mail/index.ts';
import { programArguments, tell } from './arguments.ts';
import { openEmptyQueue, standalone } from './job-bench.ts';
import { openJobNode, PAYLOAD } from './job-node.ts';

const [side = '', what = '', databaseUrl = '', redisUrl = '', smtpPort = '', count = ''] = programArguments(6);
const JOBS = Number(count);
const CONCURRENCY = 100;
const BULK = 1000;
const TEXT = 'Welcome, Ann. We watch what the last one here has chosen. '.repeat(20);
const payload = { to: 'ann@example.com', name: 'Ann' };

const queue = await openEmptyQueue(redisUrl);
const mailer = createSmtpMailer({
  from: 'WatchParty <no-reply@example.com>', host: 'example.com',
  server: { host: '127.0.0.1', port: Number(smtpPort), secure: false, login: { kind: 'none' } },
});
const works: Record<string, () => Promise<unknown>> = {
  wait: () => new Promise((resolve) => setTimeout(resolve, 2)),
  mail: () =>
    mailer.send({ to: payload.to, subject: 'Welcome', html: `<p>${TEXT}</p>`, text: TEXT, locale: 'en', id: randomUUID() }),
};
const work = async (): Promise<void> => void (await works[what]!());

/** Settles when told `JOBS` times. */
function counted(): { readonly tell: () => void; readonly all: Promise<void> } {
  const { promise: all, resolve } = Promise.withResolvers<void>();
  let left = JOBS;
  return { all, tell: () => (left -= 1) === 0 && resolve() };
}

async function fill(add: (size: number) => Promise<unknown>): Promise<void> {
  for (let filled = 0; filled < JOBS; filled += BULK) await add(Math.min(BULK, JOBS - filled));
}

const sides: Record<string, () => Promise<number>> = {
  async bullmq() {
    const opts = { attempts: 3, backoff: { type: 'exponential', delay: 1000 }, removeOnComplete: true };
    await fill((size) => queue.addBulk(Array.from({ length: size }, () => ({ name: 'welcome', data: payload, opts: { ...opts, jobId: randomUUID() } }))));
    const done = counted();
    const startedMs = performance.now();
    const worker = new Worker('bench', work, { connection: standalone(redisUrl), concurrency: CONCURRENCY });
    worker.on('completed', done.tell);
    await done.all;
    return JOBS / ((performance.now() - startedMs) / 1000);
  },
  async watchparty() {
    const job = declareJob({
      name: 'welcome', queue: 'email', payload: PAYLOAD, attempts: 3, backoffMs: 1000, timeoutMs: 10_000,
    });
    const done = counted();
    const node = await openJobNode({
      databaseUrl, redisUrl, handlers: [{ job, handle: work }], concurrency: CONCURRENCY,
      onRun: (_name, outcome) => outcome === 'done' && done.tell(),
    });
    await sql`truncate outbox, jobs, job_store`.execute(node.database.kysely);
    // What a node looks for in a Redis that is new to it, before there is anything to find.
    const watching = node.watch();
    while ((await sql`select from job_store`.execute(node.database.kysely)).rows.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await watching.close();
    await fill((size) => node.outbox.write(async (_tx, effects) => {
      for (let nth = 0; nth < size; nth += 1) effects.add(enqueued(job, payload));
    }));
    while ((await node.outbox.figures()).pending > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const startedMs = performance.now();
    node.work();
    await done.all;
    return JOBS / ((performance.now() - startedMs) / 1000);
  },
};

tell(await sides[side]!());
process.exit(0);
