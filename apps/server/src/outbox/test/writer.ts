/**
 * A node that writes, several writes at a time, until its input ends; then it applies what it can, closes and says `closed`.
 * Arguments: the database's address, the node's name, the seed. Says `ready` when it writes. Meant to be killed.
 */
import { pino } from 'pino';
import { openDatabase } from '../../db/index.ts';
import { systemClock } from '../../kernel/clock.ts';
import { createOutbox, defaultOutboxSettings } from '../index.ts';
import { ChangedMind, historyHandlers, seeded, writeOnce } from './history.ts';

const AT_ONCE = 4;
const [url = '', node = '', seed = '0'] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const random = seeded(Number(seed));

const database = await openDatabase(
  { url, dataDir: '/nonexistent', poolSize: 8, statementTimeoutMs: 10_000 },
  { log, progress: () => {} },
);
const outbox = await createOutbox(
  { database, handlers: historyHandlers(database, node, random), clock: systemClock, log },
  { ...defaultOutboxSettings, ownershipMs: 200, answerWaitMs: 200, pollIntervalMs: 30, firstRetryMs: 5, maxRetryMs: 50, maxRestMs: 50, maxAttempts: 6 },
);
let stopped = false;
process.stdin.once('end', () => (stopped = true)).resume();
process.stdout.write('ready\n');

let count = 0;
async function writeOn(): Promise<void> {
  while (!stopped) {
    count += 1;
    await writeOnce(outbox.write, `${node}.${count}`, random).catch((error: unknown) => {
      if (!(error instanceof ChangedMind)) throw error;
    });
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, writeOn));
await outbox.close();
await database.close();
process.stdout.write('closed\n');
