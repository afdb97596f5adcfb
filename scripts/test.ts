import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from './check.ts';
import { run } from './run.ts';
import { countTests, summary } from './test-report.ts';
import { ensureTools, TOOLS, ToolMissing } from './tools.ts';

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
  const tests = await vitest(args);
  const total = { passed: checks.passed + tests.passed, failed: checks.failed + tests.failed };
  if (tests.skipped > 0) write(`${tests.skipped} skipped\n`);
  write(`${summary(total)}\n`);
  return total.failed === 0 ? 0 : 1;
}

async function vitest(args: readonly string[]): Promise<{ passed: number; failed: number; skipped: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'watchparty-test-report-'));
  try {
    const file = join(folder, 'report.json');
    const { code } = await run(
      process.execPath,
      [
        'node_modules/vitest/vitest.mjs', 'run', '--allowOnly=false',
        '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args,
      ],
      { output: 'inherit' },
    );
    return countTests(existsSync(file) ? readFileSync(file, 'utf8') : undefined, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.slice(2));
