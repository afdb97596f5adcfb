import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

function project(root: string, test: TestProjectInlineConfiguration['test'] = {}): TestProjectInlineConfiguration {
  const name = root.split('/').at(-1) ?? root;
  return { extends: true, root, test: { name, include: ['**/*.test.ts', '**/*.test.tsx'], ...test } };
}

export default defineConfig({
  test: {
    // Suites start processes and hold connections: each file gets a process of its own.
    pool: 'forks',
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 30_000,
    teardownTimeout: 20_000,
    retry: 0,
    // A busy machine is no failure: waits for conditions end when the condition holds.
    expect: { poll: { timeout: 10_000, interval: 20 } },
    projects: [
      project('packages/redis-kit'),
      project('packages/protocol'),
      project('packages/client'),
      project('apps/server', { globalSetup: ['./test/global-setup.ts'] }),
      project('apps/web'),
      project('scripts'),
      project('test'),
    ],
  },
});
