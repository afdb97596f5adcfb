import { spawn } from 'node:child_process';

export interface RunOptions {
  /** `inherit`: the child writes to our terminal itself; `collect` (default): its output comes back in the result. */
  readonly output?: 'inherit' | 'collect';
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface RunResult {
  /** 0 only for a clean end; a signal or a command that cannot be started gives 1 or more. */
  readonly code: number;
  /** Standard output and error as they came, empty with `inherit`. */
  readonly output: string;
}

/** Runs one command to its end. Never rejects. SIGINT and SIGTERM that reach us meanwhile go on to the child. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const pipe = options.output === 'inherit' ? 'inherit' : 'pipe';
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const child = spawn(command, args, {
      stdio: ['ignore', pipe, pipe],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    const forward = (signal: NodeJS.Signals) => child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    const finish = (code: number) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      resolve({ code, output: Buffer.concat(chunks).toString() });
    };
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => {
      chunks.push(Buffer.from(`${command}: ${error.message}\n`));
      finish(127);
    });
    child.on('close', (code) => finish(code ?? 1));
  });
}
