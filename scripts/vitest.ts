import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, type RunOptions } from './run.ts';
import { countTests, type Count } from './test-report.ts';

const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

/** Runs vitest once, with `args` beside our own, and counts. `.only` is refused: it would hide the other tests. */
export async function runVitest(args: readonly string[], options: RunOptions): Promise<Count> {
  const folder = mkdtempSync(join(tmpdir(), 'watchparty-test-report-'));
  try {
    const file = join(folder, 'report.json');
    const { code } = await run(
      process.execPath,
      [
        VITEST, 'run', '--allowOnly=false', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`,
        ...args,
      ],
      options,
    );
    return countTests(existsSync(file) ? readFileSync(file, 'utf8') : undefined, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
