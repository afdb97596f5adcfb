import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRedis, type TestRedis } from './redis.ts';

const KIT = fileURLToPath(new URL('..', import.meta.url));
const readme = await readFile(join(KIT, 'README.md'), 'utf8');
/** Each example, and what the README says that it prints. */
const examples = [...readme.matchAll(/^## (.+)\n+```ts\n([^]*?)^```\n\nIt prints:\n\n```text\n([^]*?)^```$/gm)]
  .map(([, name, program, printed]) => ({ name: name!, program: program!, printed: printed! }));

let redis: TestRedis;
let project: string;
beforeAll(async () => {
  redis = await startRedis();
  // As `npm install <folder>` makes it: a link in node_modules of a project that has nothing else.
  project = await mkdtemp(join(tmpdir(), 'redis-kit-readme-'));
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  await mkdir(join(project, 'node_modules/@watchparty'), { recursive: true });
  await symlink(KIT, join(project, 'node_modules/@watchparty/redis-kit'), 'junction');
});
afterAll(async () => {
  await rm(project, { recursive: true, force: true });
  await redis.stop();
});

test('every program of the README is one of the examples', () => {
  expect(examples.map(({ name }) => name)).toEqual(['Cache', 'Rate limits', 'Jobs', 'Bus']);
  expect([...readme.matchAll(/^```ts$/gm)]).toHaveLength(examples.length);
});

test.each(examples)('$name runs as written in an empty project and prints what it says', async ({ name, program, printed }) => {
  const file = join(project, `${name.toLowerCase().replaceAll(' ', '-')}.ts`);
  await writeFile(file, program);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], {
    cwd: project, timeout: 15_000, env: { PATH: process.env['PATH'], REDIS_PORT: new URL(redis.url).port },
  });
  expect({ stdout, stderr }).toEqual({ stdout: printed, stderr: '' });
});

test('the examples fit the types of the kit', async () => {
  const files = await Promise.all(examples.map(async ({ name, program }) => {
    const file = join(project, `typed-${name.toLowerCase().replaceAll(' ', '-')}.ts`);
    await writeFile(file, program);
    return file;
  }));
  const compiler = fileURLToPath(new URL('../../../node_modules/typescript-native/bin/tsc', import.meta.url));
  const types = fileURLToPath(new URL('../../../node_modules/@types', import.meta.url));
  const options = {
    target: 'esnext', lib: ['esnext'], module: 'nodenext', strict: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true,
    typeRoots: [types], types: ['node'],
  };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files }));
  const { stdout } = await promisify(execFile)(process.execPath, [compiler, '-p', project]).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
});
