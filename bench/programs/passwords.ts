/**
 * What a password costs, and what sign-ins by many at once leave of everything else: answers of a timer of 1 ms and of
 * a file read, which shares the threads of libuv.
 * Usage: node passwords.ts <seconds>
 */
import { readFile } from 'node:fs/promises';
import { createPasswords, defaultPasswordCost } from '../../apps/server/src/modules/accounts/index.ts';
import { programArguments, tell } from './arguments.ts';

const [seconds = ''] = programArguments(1);
const FLOOD = 64;

const quantile = (sorted: readonly number[], q: number): number => sorted[Math.floor(q * (sorted.length - 1))] ?? 0;
const round = (ms: number): number => Math.round(ms * 100) / 100;

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

async function costOf(memoryKiB: number, passes: number): Promise<number> {
  const { hash } = createPasswords({ memoryKiB, passes });
  const times: number[] = [];
  for (let n = 0; n < 15; n += 1) times.push(await msOf(() => hash('correct horse battery staple')));
  return round(quantile(times.toSorted((a, b) => a - b), 0.5));
}

/** Sign-ins per second, and how long the rest waits meanwhile. */
async function flood(atOnce: number | undefined, endMs: number) {
  const passwords = createPasswords(defaultPasswordCost, { ...(atOnce !== undefined && { atOnce }), maxWaiting: FLOOD });
  const hash = await passwords.hash('correct horse');
  const begun = performance.now();
  let done = 0;
  const signIns = Array.from({ length: FLOOD }, async () => {
    while (performance.now() < endMs) {
      await passwords.verify('correct horse', hash);
      done += 1;
    }
  });
  const timers: number[] = [];
  const reads: number[] = [];
  const others = [
    (async () => {
      while (performance.now() < endMs) timers.push((await msOf(() => new Promise((resolve) => setTimeout(resolve, 1)))) - 1);
    })(),
    (async () => {
      while (performance.now() < endMs) reads.push(await msOf(() => readFile(new URL(import.meta.url))));
    })(),
  ];
  await Promise.all([...signIns, ...others]);
  const figures = (times: number[]) => {
    const sorted = times.toSorted((a, b) => a - b);
    return { p50Ms: round(quantile(sorted, 0.5)), p99Ms: round(quantile(sorted, 0.99)) };
  };
  return { signInsPerSecond: Math.round(done / ((performance.now() - begun) / 1000)), timer: figures(timers), fileRead: figures(reads) };
}

tell({
  oneHashMs: {
    '19 MiB, 2 passes (ours)': await costOf(19_456, 2), '46 MiB, 1 pass': await costOf(47_104, 1), '64 MiB, 3 passes': await costOf(65_536, 3),
  },
  bounded: await flood(undefined, performance.now() + Number(seconds) * 1000),
  unbounded: await flood(64, performance.now() + Number(seconds) * 1000),
});
