/**
 * A process that opens the embedded database of a DATA_DIR (first argument) and closes it when its input ends.
 * Its output: `progress <line>`, then `ready <address>` or `refused <message>`, at last `closed`.
 */
import { pino } from 'pino';
import { StartError } from '../../kernel/start-error.ts';
import { openDatabase } from '../index.ts';

const [dataDir = ''] = process.argv.slice(2);
const say = (kind: string, text = '') => process.stdout.write(`${kind} ${text}\n`);
// As the product does: Ctrl+C is no reason to leave at once.
process.on('SIGINT', () => {});

try {
  const database = await openDatabase(
    { url: undefined, dataDir, poolSize: 3, statementTimeoutMs: 10_000 },
    { log: pino({ level: 'silent' }), progress: (line) => say('progress', line) },
  );
  say('ready', database.connectionString);
  await new Promise((resolve) => process.stdin.once('end', resolve).resume());
  await database.close();
  say('closed');
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  say('refused', error.message);
}
