/**
 * A node of its own process, meant to be killed. Arguments: a JSON of
 * `{databaseUrl, redisUrl?, name, work, schedules?, hold?, writeFrom?, writeTo?, seed?}`.
 * Says `ready`; with `hold`, `started <n>` for each run, which then never ends; `written` when all its writes are answered.
 * When its input ends it closes and says `closed`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { change, holder, marker, marking, startNode, ticking } from './node.ts';

interface Arguments {
  readonly databaseUrl: string;
  readonly redisUrl?: string;
  readonly name: string;
  readonly work: boolean;
  readonly schedules?: boolean;
  readonly hold?: boolean;
  readonly writeFrom?: number;
  readonly writeTo?: number;
}

const { name, hold = false, schedules = false, writeFrom = 0, writeTo = 0, ...rest } = JSON.parse(process.argv[2] ?? '{}') as Arguments;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const node = await startNode({
  ...rest, name, schedules,
  handlers: [
    hold ? holder(marking, (n) => say(`started ${n}`)) : marker(marking, name),
    ...(schedules ? [marker(ticking, name)] : []),
  ],
});
process.stdin.once('end', () => {
  node.close().then(() => {
    say('closed');
    process.exit(0);
  }, (error: unknown) => {
    throw error;
  });
}).resume();
say('ready');

let next = writeFrom;
async function writeOn(): Promise<void> {
  while (next < writeTo) {
    const n = next;
    next += 1;
    // A node that was killed left some of its writes done: those are found out by their key.
    for (let pauseMs = 10; ; pauseMs = Math.min(200, pauseMs * 2)) {
      try {
        await change(node.outbox.write, n);
        break;
      } catch (error) {
        if ((error as { code?: string }).code === '23505') break;
        await sleep(pauseMs);
      }
    }
    await sleep(1);
  }
}
await Promise.all(Array.from({ length: 4 }, writeOn));
say('written');
