/**
 * How many were admitted at most in any window, where 100 per second are: one request, a burst before the second is
 * over, another after it. Usage: node limiter-bursts.ts <limiter> <Redis> <cycles>
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { programArguments, tell } from './arguments.ts';
import { createLimiter } from './limiters.ts';
import { type Admission, mostInAnyWindow } from '../harness/windows.ts';

const [name = '', redisUrl = '', cycles = ''] = programArguments(3);
const MAX = 100;
const WINDOW_MS = 1000;
const BURST = 150;

const limiter = await createLimiter(name, redisUrl, { max: MAX, windowSeconds: WINDOW_MS / 1000 });
const admitted: Admission[] = [];

async function ask(): Promise<void> {
  const askedMs = performance.now();
  if (await limiter('bursts')) admitted.push({ askedMs, answeredMs: performance.now() });
}
const burst = (size: number) => Promise.all(Array.from({ length: size }, ask));

for (let cycle = 0; cycle < Number(cycles); cycle += 1) {
  await burst(1);
  await sleep(WINDOW_MS * 0.9);
  await burst(BURST);
  await sleep(WINDOW_MS * 0.15);
  await burst(BURST);
  await sleep(WINDOW_MS * 1.2);
}
tell(mostInAnyWindow(admitted, WINDOW_MS));
process.exit(0);
