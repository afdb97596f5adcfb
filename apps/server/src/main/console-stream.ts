import { writeSync } from 'node:fs';

/** How long a reader of our output that has stopped reading may hold up the server, once. */
const PATIENCE_MS = 1000;
const PAUSE_MS = 10;

const isBusy = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EAGAIN';
const pause = (): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);

/**
 * Writes each line to a file descriptor before it returns, so that a crash loses none. Never throws: a closed pipe or a
 * full disk costs lines, not the server, and so does a reader that stands still where the pipe does not block (a
 * blocking one waits for its reader, as every synchronous write does).
 */
export function createConsoleStream(fd: number): { write(line: string): void } {
  let stalled = false;

  function writeAll(data: Buffer): void {
    let waitedMs = 0;
    for (let offset = 0; offset < data.length;) {
      try {
        offset += writeSync(fd, data, offset);
        stalled = false;
      } catch (error) {
        if (!isBusy(error) || stalled) throw error;
        stalled = waitedMs >= PATIENCE_MS;
        waitedMs += PAUSE_MS;
        pause();
      }
    }
  }

  return {
    write(line) {
      try {
        writeAll(Buffer.from(line));
      } catch {
        // There is nowhere left to say it.
      }
    },
  };
}
