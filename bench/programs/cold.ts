/**
 * For each line it gets, a key: reads it many times at once, and tells how often it was loaded.
 * Usage: node cold.ts <contender> <Redis> <reads>
 */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { programArguments, tell } from './arguments.ts';
import { bentocache, watchparty } from './contenders.ts';
import { sample } from './sample.ts';

const [name = '', redisUrl = '', reads = ''] = programArguments(3);
/** A slow query: so long that on a busy machine, too, all processes ask before the first has the answer. */
const LOAD_MS = 250;

const contender = name === 'watchparty' ? await watchparty(redisUrl, 'strict') : await bentocache(redisUrl, 'all');
tell('ready');
for await (const key of createInterface({ input: process.stdin })) {
  let loads = 0;
  const load = async () => {
    loads += 1;
    await sleep(LOAD_MS);
    return sample;
  };
  await Promise.all(Array.from({ length: Number(reads) }, () => contender.read(key, load)));
  tell(loads);
}
process.exit(0);
