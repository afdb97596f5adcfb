import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Program {
  /** The next line it prints; rejects when it ends first. */
  line(): Promise<string>;
  /** Writes a line to its input. */
  send(line: string): void;
  signal(name: NodeJS.Signals): void;
  /** Asks it to end, waits, and kills it when that takes longer than a few seconds. */
  stop(): Promise<void>;
}

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const STOP_TIMEOUT_MS = 5000;

/** Starts a program of ours, `command` being a program and its arguments. Its errors go to our terminal. */
export function startProgram(command: readonly string[], { env = {}, cwd }: Options = {}): Program {
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    ...(cwd !== undefined && { cwd }),
  });
  // What it no longer reads is told by its end.
  child.stdin.on('error', () => {});
  const killNow = (): void => void child.kill('SIGKILL');
  process.on('exit', killNow);
  const ended = once(child, 'close').finally(() => process.off('exit', killNow));
  ended.catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  return {
    async line() {
      const { value, done } = await lines.next();
      if (done !== true) return value;
      throw new Error(`${command.join(' ')} ended (${child.exitCode ?? child.signalCode ?? 'not started'})`);
    },
    send: (line) => void child.stdin.write(`${line}\n`),
    signal: (name) => void child.kill(name),
    stop: () => stop(child, ended),
  };
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended.catch(() => {});
  clearTimeout(timer);
}

/** Runs a program that prints one line of JSON, its result. */
export async function runProgram<T>(command: readonly string[], options: Options = {}): Promise<T> {
  const program = startProgram(command, options);
  try {
    return JSON.parse(await program.line()) as T;
  } finally {
    await program.stop();
  }
}
