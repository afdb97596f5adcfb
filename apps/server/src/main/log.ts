import { join } from 'node:path';
import { multistream, pino, stdTimeFunctions, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { isColorSupported, prettyFactory } from 'pino-pretty';
import type { LogConfig } from '../config/index.ts';
import { systemClock, type Clock } from '../kernel/clock.ts';
import { createConsoleStream } from './console-stream.ts';
import { createLogFile, type LogFile } from './log-file.ts';
import { redact, redactLine } from './redact.ts';

export interface LogOptions {
  /** Standard output is a terminal: lines for people instead of JSON. */
  readonly tty: boolean;
  readonly clock?: Clock;
}

export interface OpenLog {
  readonly log: Logger;
  /** Writes what is left to the files and closes them; later lines reach the console only. */
  close(): Promise<void>;
}

const STDOUT = 1;
const MAX_BYTES = 20 * 1024 * 1024;
const KEEP = 5;

function loggerOptions(level: LogConfig['level']): LoggerOptions {
  return {
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { log: redact, level: (label) => ({ level: label }) },
    serializers: {
      // Errors are serialized by `redact` already.
      err: (value: unknown) => value,
      req: (req: { method?: unknown; url?: unknown }) => ({ method: req.method, url: req.url }),
      res: (res: { statusCode?: unknown }) => ({ statusCode: res.statusCode }),
    },
    hooks: { streamWrite: redactLine },
  };
}

function consoleOutput(tty: boolean): DestinationStream {
  const output = createConsoleStream(STDOUT);
  if (!tty) return output;
  const pretty = prettyFactory({
    colorize: isColorSupported, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname', singleLine: true,
  });
  return { write: (line) => output.write(pretty(line)) };
}

/** The two files. All they have to complain of goes to `console`, once for both. */
function openFiles(folder: string, console: Logger, clock: Clock): { combined: LogFile; errors: LogFile } {
  const troubled = new Set<string>();
  const open = (name: string): LogFile => createLogFile({
    path: join(folder, name),
    maxBytes: MAX_BYTES,
    keep: KEEP,
    clock,
    onTrouble(error) {
      if (troubled.size === 0) console.warn({ err: error, folder }, 'Log files cannot be written; going on without');
      troubled.add(name);
    },
    onRecovery() {
      troubled.delete(name);
      if (troubled.size === 0) console.info({ folder }, 'Log files are written again');
    },
  });
  return { combined: open('combined.log'), errors: open('error.log') };
}

/**
 * The server's log: standard output, and with files on `combined.log` (everything) and `error.log` (errors and worse)
 * as JSON lines. Errors are in the files before the call that logs them returns; the rest follows within the same turn
 * of the event loop, and at the latest when the process exits. Secrets are masked everywhere.
 */
export function createLog(config: LogConfig, { tty, clock = systemClock }: LogOptions): OpenLog {
  const options = loggerOptions(config.level);
  const output = consoleOutput(tty);
  if (config.files.kind === 'off') return { log: pino(options, output), close: () => Promise.resolve() };

  const console = pino(options, output).child({ module: 'log' });
  const { combined, errors } = openFiles(config.files.folder, console, clock);
  const flush = (): void => {
    combined.flushSync();
    errors.flushSync();
  };
  const urgent = {
    write(line: string): void {
      errors.write(line);
      flush();
    },
  };
  // Sorted by level when they write: an error has reached `combined` when it comes to `urgent`.
  const streams = multistream([
    { level: 'trace', stream: output },
    { level: 'trace', stream: combined },
    { level: 'error', stream: urgent },
  ]);
  process.once('exit', flush);
  return {
    log: pino(options, streams),
    close() {
      process.off('exit', flush);
      combined.close();
      errors.close();
      return Promise.resolve();
    },
  };
}
