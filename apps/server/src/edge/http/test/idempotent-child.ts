/**
 * One idempotent request in a process of its own, which kills itself at the moment that its second argument names:
 * `before the commit` or `after the commit`.
 */
import { pino } from 'pino';
import { openDatabase } from '../../../db/index.ts';
import { createIdempotency } from '../idempotency.ts';
import { addThing, attempt, SECRET } from './things.ts';

const [connectionString = '', when = ''] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const database = await openDatabase(
  { url: connectionString, dataDir: '/nonexistent', poolSize: 2, statementTimeoutMs: 5000 },
  { log, progress: () => {} },
);
const kill = (moment: string): void => {
  if (moment === when) process.kill(process.pid, 'SIGKILL');
};
const idempotency = createIdempotency({ queries: database.kysely, secret: SECRET, log });
await idempotency.run(attempt(database), async (write) => {
  const thing = await write(async (tx) => {
    const made = await addThing(tx);
    kill('before the commit');
    return made;
  });
  kill('after the commit');
  return thing;
});
