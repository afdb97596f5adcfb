/**
 * How long it takes to end what carries a tag, in ms, with many keys and with one.
 * Usage: node tags.ts <contender> <Redis> <keys>
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { programArguments, tell } from './arguments.ts';
import { bentocache, type Contender, watchparty } from './contenders.ts';
import { spreadOf } from '../harness/statistics.ts';

const [name = '', redisUrl = '', keys = ''] = programArguments(3);
const KEYS = Number(keys);
/** Each entry carries so many tags, so that one filling gives so many measurements. */
const SHOTS = 5;
const AT_ONCE = 1000;
/** What the filling has left to do in the background would be measured else. */
const SETTLE_MS = 200;

const tagsOf = (prefix: string): string[] => Array.from({ length: SHOTS }, (_, shot) => `${prefix}:${shot}`);

async function fill(contender: Contender, count: number, prefix: string): Promise<void> {
  const tags = tagsOf(prefix);
  for (let from = 0; from < count; from += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, index) =>
      contender.read(`bench-tags:${prefix}:${from + index}`, async () => ({ id: from + index }), tags)));
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  await sleep(SETTLE_MS);
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

async function byTags(contender: Contender): Promise<{ many: number; one: number }> {
  await fill(contender, KEYS, 'many');
  await fill(contender, 1, 'one');
  for (let i = 0; i < 300; i += 1) await contender.invalidate('warm-up');
  const many: number[] = [];
  const one: number[] = [];
  for (let shot = 0; shot < SHOTS; shot += 1) {
    const ofMany = async () => void many.push(await timed(() => contender.invalidate(`many:${shot}`)));
    const ofOne = async () => void one.push(await timed(() => contender.invalidate(`one:${shot}`)));
    for (const measure of shot % 2 === 0 ? [ofMany, ofOne] : [ofOne, ofMany]) await measure();
  }
  let loaded = false;
  await contender.read(`bench-tags:many:${KEYS - 1}`, async () => (loaded = true), tagsOf('many'));
  if (!loaded) throw new Error(`${name} served what it had been told to end`);
  return { many: spreadOf(many).median, one: spreadOf(one).median };
}

/** Without tags: find the keys by their pattern and delete them. */
async function byScan(): Promise<{ many: number; one: number }> {
  const redis = new Redis(redisUrl);
  for (let from = 0; from < KEYS; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, KEYS - from);
    await redis.mset(Array.from({ length: count }, (_, index) => [`bench-scan:${from + index}`, '{}']).flat());
  }
  const many = await timed(async () => {
    let cursor = '0';
    do {
      const [next, found] = await redis.scan(cursor, 'MATCH', 'bench-scan:*', 'COUNT', 1000);
      if (found.length > 0) await redis.unlink(found);
      cursor = next;
    } while (cursor !== '0');
  });
  redis.disconnect();
  return { many, one: Number.NaN };
}

const open = () => (name === 'watchparty' ? watchparty(redisUrl, 'strict') : bentocache(redisUrl, 'all'));
tell(name === 'scan' ? await byScan() : await byTags(await open()));
process.exit(0);
