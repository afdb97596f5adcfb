import { spawn } from 'node:child_process';

/** The user that a process runs as, when that is not our own. */
export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

interface RunOptions {
  /** Undefined: our own user. */
  readonly as?: OsUser | undefined;
  readonly input?: string;
}

interface RunResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a PostgreSQL program gets to see of the environment: no PG* variables, no locale, no loader paths. */
export const PROGRAM_ENV: Record<string, string> | undefined =
  process.platform === 'win32' ? undefined : { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' };

/** For `spawn`: the user, the environment, and a folder that every user may enter. */
export function spawnAs(user: OsUser | undefined) {
  return {
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
    ...(PROGRAM_ENV ? { env: PROGRAM_ENV } : {}),
    cwd: process.platform === 'win32' ? undefined : '/',
    windowsHide: true,
  };
}

/** Runs a program to its end. Rejects only when it cannot be started. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  // A process group of its own: Ctrl+C in the terminal is for the server, which then ends things in order.
  const child = spawn(command, args, { ...spawnAs(options.as), detached: true, stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
