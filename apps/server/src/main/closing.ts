import type { Log } from '../kernel/log.ts';

export type Closing = ReturnType<typeof createClosing>;

/** Closes what was opened, in reverse order, each step to its end, whatever the others do. */
export function createClosing(log: Log) {
  const steps: { readonly name: string; readonly close: () => Promise<void> }[] = [];
  let closed: Promise<void> | undefined;

  async function closeAll(): Promise<void> {
    for (const { name, close } of steps.toReversed()) {
      try {
        await close();
      } catch (error) {
        log.warn({ err: error }, `Closing the ${name} failed`);
      }
    }
  }

  return {
    add(name: string, close: () => Promise<void>): void {
      steps.push({ name, close });
    },
    close: (): Promise<void> => (closed ??= closeAll()),
  };
}
