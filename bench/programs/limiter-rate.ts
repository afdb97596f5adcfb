/**
 * Decisions per second, none of them a refusal.
 * Usage: node limiter-rate.ts <limiter> <Redis> <seconds> <concurrency> <subjects>
 */
import { programArguments, tell } from './arguments.ts';
import { createLimiter } from './limiters.ts';
import { rate } from './rate.ts';

const [name = '', redisUrl = '', seconds = '', concurrency = '', count = ''] = programArguments(5);
const limiter = await createLimiter(name, redisUrl, { max: 1_000_000_000, windowSeconds: 900 });
const subjects = Array.from({ length: Number(count) }, (_, index) => `192.0.${index >> 8}.${index & 255}`);
let next = 0;
const perSecond = await rate(Number(seconds), Number(concurrency), async () => {
  next = (next + 1) % subjects.length;
  if (!(await limiter(subjects[next]!))) throw new Error(`${name} refused`);
});
tell(perSecond);
process.exit(0);
