import type { Log } from '../kernel/log.ts';

interface Deps {
  /** Each answers how many things it put away. */
  readonly tasks: Readonly<Record<string, () => Promise<number>>>;
  readonly log: Log;
}

const FIRST_AFTER_MS = 5_000;
const EVERY_MS = 60 * 60 * 1000;

/** Small regular clean-ups of this node's own leftovers, first soon after the start and then hourly. */
export function startHousekeeping({ tasks, log }: Deps): { close(): Promise<void> } {
  let running: Promise<void> | undefined;

  async function runAll(): Promise<void> {
    for (const [name, task] of Object.entries(tasks)) {
      try {
        const count = await task();
        if (count > 0) log.info({ count }, `Cleared away: ${name}`);
      } catch (error) {
        log.warn({ err: error }, `Could not clear away ${name}; will try again in an hour`);
      }
    }
  }

  const tick = (): void => {
    running ??= runAll().finally(() => {
      running = undefined;
    });
  };
  const first = setTimeout(tick, FIRST_AFTER_MS);
  const every = setInterval(tick, EVERY_MS);
  return {
    async close() {
      clearTimeout(first);
      clearInterval(every);
      await running;
    },
  };
}
