/** Hits per second of one key. Usage: node hits.ts <contender> <Redis> <seconds> <concurrency> */
import { programArguments, tell } from './arguments.ts';
import { bentocache, cacheable, type Contender, watchparty } from './contenders.ts';
import { rate } from './rate.ts';
import { sample } from './sample.ts';

const [name = '', redisUrl = '', seconds = '', concurrency = ''] = programArguments(4);

const CONTENDERS: Readonly<Record<string, () => Promise<Contender>>> = {
  'watchparty-bounded': () => watchparty(redisUrl, { boundedMs: 30_000 }),
  'watchparty-strict': () => watchparty(redisUrl, 'strict'),
  'bentocache': () => bentocache(redisUrl, 'all'),
  'bentocache-unserialized': () => bentocache(redisUrl, 'all-unserialized'),
  'bentocache-redis': () => bentocache(redisUrl, 'redis'),
  cacheable,
};

const contender = await CONTENDERS[name]!();
let loads = 0;
const load = async () => {
  loads += 1;
  return sample;
};
// A key of its own: BentoCache without serialization cannot read what it finds in Redis from an earlier run.
const key = `bench-hits:${process.pid}`;
await contender.read(key, load);
const perSecond = await rate(Number(seconds), Number(concurrency), () => contender.read(key, load));
if (loads > 1) throw new Error(`${name} loaded ${loads} times: these were no hits`);
tell(perSecond);
process.exit(0);
