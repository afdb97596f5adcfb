import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What a document tells one to paste into bash, in order. */
export function commandsOf(path: string): string[] {
  const blocks = readFileSync(join(ROOT, path), 'utf8').matchAll(/^```bash\n(.*?)^```$/gms);
  return [...blocks].map(([, block]) => block!);
}

/** Runs commands in bash in the root of the repository; the first that fails ends it. */
export async function bash(
  commands: readonly string[], env: Readonly<Record<string, string>>,
): Promise<{ code: number; output: string; errors: string }> {
  const child = spawn('bash', ['--noprofile', '--norc', '-e', '-u', '-o', 'pipefail'], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: `${dirname(process.execPath)}:${process.env['PATH']}`, ...env },
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  child.stdin.end(commands.join('\n'));
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code: code ?? 1, output, errors };
}
