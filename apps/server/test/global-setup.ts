import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from '@watchparty/web';
import type { TestProject } from 'vitest/node';
import { createTemplate } from './postgres-template.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a superuser, to the database `postgres` of the run's own server. */
    postgres: string;
  }
}

/** The web app, built; one PostgreSQL for the whole run, with a migrated template that each suite clones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await ensureBuilt((line) => process.stdout.write(`${line}\n`));
  const keeper = spawn(process.execPath, [fileURLToPath(new URL('./postgres-keeper.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(keeper, 'exit');
  const lines = createInterface({ input: keeper.stdout })[Symbol.asyncIterator]();
  const { value: connectionString } = (await lines.next()) as { value: string | undefined };
  if (!connectionString) throw new Error('the PostgreSQL of the tests did not start');
  try {
    await createTemplate(connectionString);
  } catch (error) {
    keeper.stdin.end();
    await exited;
    throw error;
  }
  project.provide('postgres', connectionString);
  return async () => {
    keeper.stdin.end();
    await exited;
  };
}
