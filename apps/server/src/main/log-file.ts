import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, parse, join } from 'node:path';
import type { Clock } from '../kernel/clock.ts';

export interface LogFileOptions {
  /** The current file; older ones are `NAME.1.log` (the newest) to `NAME.<keep>.log` beside it. */
  readonly path: string;
  readonly maxBytes: number;
  readonly keep: number;
  readonly clock: Clock;
  /** Told once when writing starts to fail. */
  readonly onTrouble: (error: Error) => void;
  /** Told once when it works again. */
  readonly onRecovery: () => void;
}

export interface LogFile {
  /** Takes a line; it is written at the end of this turn of the event loop. Never throws. */
  write(line: string): void;
  /** Writes what was taken, at once. Never throws. */
  flushSync(): void;
  close(): void;
}

/** Deleting or renaming by others (another process of ours, logrotate) is noticed after this time at most. */
const RECHECK_MS = 5_000;

/**
 * A file of lines that is renamed when it is full. The lines of one turn are one synchronous write: cheap (it goes to
 * the page cache), in order, and nothing is under way when the process dies. What cannot be written is dropped.
 */
export function createLogFile(options: LogFileOptions): LogFile {
  const { path, maxBytes, keep, clock } = options;
  let fd: number | undefined;
  let bytes = 0;
  let checkedAt = 0;
  let pending: string[] = [];
  let immediate: NodeJS.Immediate | undefined;
  let failing = false;
  let closed = false;

  function closeFile(): void {
    if (fd === undefined) return;
    const open = fd;
    fd = undefined;
    closeSync(open);
  }

  function openFile(): number {
    mkdirSync(dirname(path), { recursive: true });
    fd = openSync(path, 'a', 0o640);
    bytes = fstatSync(fd).size;
    checkedAt = clock.now();
    return fd;
  }

  /** Whether the name still leads to the open file. Its size is read anew: others may write to it too. */
  function isCurrent(open: number): boolean {
    checkedAt = clock.now();
    const own = fstatSync(open);
    bytes = own.size;
    const named = statSync(path, { throwIfNoEntry: false });
    return named !== undefined && named.ino === own.ino && named.dev === own.dev;
  }

  function rotate(): void {
    closeFile();
    const { dir, name, ext } = parse(path);
    const older = (number: number): string => join(dir, `${name}.${number}${ext}`);
    rmSync(older(keep), { force: true });
    for (let number = keep - 1; number >= 0; number -= 1) {
      const from = number === 0 ? path : older(number);
      if (statSync(from, { throwIfNoEntry: false })) renameSync(from, older(number + 1));
    }
  }

  function fileFor(length: number): number {
    const full = bytes > 0 && bytes + length > maxBytes;
    if (fd !== undefined && (full || Math.abs(clock.now() - checkedAt) >= RECHECK_MS) && !isCurrent(fd)) closeFile();
    let open = fd ?? openFile();
    if (bytes > 0 && bytes + length > maxBytes) {
      rotate();
      open = openFile();
    }
    return open;
  }

  function writeAll(text: string): void {
    const data = Buffer.from(text);
    const open = fileFor(data.length);
    for (let offset = 0; offset < data.length;) offset += writeSync(open, data, offset);
    bytes += data.length;
  }

  function flushSync(): void {
    if (immediate) clearImmediate(immediate);
    immediate = undefined;
    if (pending.length === 0) return;
    const text = pending.join('');
    pending = [];
    try {
      writeAll(text);
      if (failing) options.onRecovery();
      failing = false;
    } catch (error) {
      if (!failing) options.onTrouble(error as Error);
      failing = true;
    }
  }

  return {
    write(line) {
      if (closed) return;
      pending.push(line);
      immediate ??= setImmediate(flushSync);
    },
    flushSync,
    close() {
      if (closed) return;
      flushSync();
      closed = true;
      try {
        closeFile();
      } catch {
        // A full network share may report it only here; the lines were given up already.
      }
    },
  };
}
