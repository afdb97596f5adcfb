import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** How programs are kept apart. */
export interface Cores {
  readonly pinned: boolean;
  /** Puts a command on the core of what is measured; the rest runs where this process runs. */
  measured(command: readonly string[]): readonly string[];
  /** Lets a command run on every core. */
  everywhere(command: readonly string[]): readonly string[];
  /** What `start` starts may run on every core. */
  spread<T>(start: () => Promise<T>): Promise<T>;
}

/**
 * Moves this process, and so all it starts from now on (load, Redis), to the second core, and keeps the first for what
 * is measured. Where there is no second core or no `taskset`, nothing is pinned, and the report says so.
 */
export function takeCores(): Cores {
  const all = `0-${availableParallelism() - 1}`;
  if (!moveTo('1')) {
    const asItIs = (command: readonly string[]) => command;
    return { pinned: false, measured: asItIs, everywhere: asItIs, spread: (start) => start() };
  }
  return {
    pinned: true,
    measured: (command) => ['taskset', '-c', '0', ...command],
    everywhere: (command) => ['taskset', '-c', all, ...command],
    async spread(start) {
      moveTo(all);
      try {
        return await start();
      } finally {
        moveTo('1');
      }
    },
  };
}

function moveTo(cores: string): boolean {
  try {
    execFileSync('taskset', ['-a', '-c', '-p', cores, `${process.pid}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
