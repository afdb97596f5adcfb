import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** One check: a JavaScript program run by this Node in the root of the repository. */
export interface Step {
  readonly name: string;
  readonly args: readonly string[];
}

const STEPS: readonly Step[] = [
  {
    name: 'types',
    // What it found is kept, so that the next check looks at what has changed.
    args: [
      'node_modules/typescript-native/bin/tsc', '--project', '.', '--incremental',
      '--tsBuildInfoFile', '.cache/types.tsbuildinfo',
    ],
  },
  {
    name: 'types of the web app',
    args: [
      'node_modules/typescript-native/bin/tsc', '--project', 'apps/web', '--incremental',
      '--tsBuildInfoFile', '.cache/web-types.tsbuildinfo',
    ],
  },
  { name: 'lint', args: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'] },
  {
    name: 'walls',
    args: [
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', '--config', '.dependency-cruiser.cjs',
      '--output-type', 'err-long', 'packages', 'apps', 'scripts', 'test',
    ],
  },
  { name: 'walls in the text', args: ['scripts/walls.ts'] },
  { name: 'unused', args: ['node_modules/knip/bin/knip.js', '--no-progress'] },
];

/** Runs the steps side by side and writes one line for each as it ends, with its output when it failed. */
export async function check(
  write: (text: string) => void,
  { steps = STEPS, cwd = ROOT }: { steps?: readonly Step[]; cwd?: string } = {},
): Promise<{ passed: number; failed: number }> {
  const results = await Promise.all(
    steps.map(async ({ name, args }) => {
      const startedMs = performance.now();
      const { code, output } = await run(process.execPath, args, { cwd });
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      write(code === 0 ? `✓ ${name} (${seconds} s)\n` : `✗ ${name} (${seconds} s)\n${output.trimEnd()}\n`);
      return code === 0;
    }),
  );
  const passed = results.filter(Boolean).length;
  return { passed, failed: results.length - passed };
}

if (process.argv[1] !== undefined && relative(process.argv[1], import.meta.filename) === '') {
  const { failed } = await check((text) => process.stdout.write(text));
  process.exitCode = failed === 0 ? 0 : 1;
}
