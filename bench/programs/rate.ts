/** Between looks at the clock. */
const CHUNK = 64;
const WARM_UP_SECONDS = 0.4;

/** How often per second `work` gets done, `concurrency` at a time, after a short warm-up. */
export async function rate(seconds: number, concurrency: number, work: () => Promise<unknown>): Promise<number> {
  await repeat(WARM_UP_SECONDS, concurrency, work);
  return repeat(seconds, concurrency, work);
}

async function repeat(seconds: number, concurrency: number, work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1000;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < endMs) {
      for (let i = 0; i < CHUNK; i += 1) await work();
      done += CHUNK;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return done / ((performance.now() - startedMs) / 1000);
}
