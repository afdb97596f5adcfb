import { existsSync } from 'node:fs';
import { check } from './check.ts';
import { summary } from './test-report.ts';
import { ensureTools, TOOLS, ToolMissing } from './tools.ts';
import { runVitest } from './vitest.ts';

/** `npm test [-- <what vitest accepts>]`: the tools, then the checks, then every suite; the last line counts both. */
async function main(args: readonly string[]): Promise<number> {
  const write = (text: string) => void process.stdout.write(text);
  try {
    await ensureTools(TOOLS, {
      env: process.env,
      mayInstall: process.getuid?.() === 0 && existsSync('/etc/debian_version'),
      write: (line) => write(`${line}\n`),
    });
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error;
    write(`${error.message}\n${summary({ passed: 0, failed: 1 })}\n`);
    return 1;
  }
  const checks = await check(write);
  const tests = await runVitest(args, { output: 'inherit' });
  const total = { passed: checks.passed + tests.passed, failed: checks.failed + tests.failed };
  if (tests.skipped > 0) write(`${tests.skipped} skipped\n`);
  write(`${summary(total)}\n`);
  return total.failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
