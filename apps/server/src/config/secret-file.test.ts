import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StartError } from '../kernel/start-error.ts';
import { keepSecret } from './secret-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secret-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('makes the secret once, for its owner alone, and gives it again', () => {
  const path = join(folder, 'data/jwt-secret');
  const secret = keepSecret(path);
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  expect(keepSecret(path)).toBe(secret);
  expect(readFileSync(path, 'utf8')).toBe(`${secret}\n`);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('gives every process the same one when they start at once', async () => {
  const path = join(folder, 'jwt-secret');
  const module = new URL('secret-file.ts', import.meta.url).href;
  // All load first; then the closing of their inputs lets them go together.
  const script = `
    import { keepSecret } from ${JSON.stringify(module)};
    process.stdout.write('ready ');
    process.stdin.resume().on('end', () => process.stdout.write(keepSecret(${JSON.stringify(path)})));
  `;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] }));
  try {
    const outputs = children.map(async (child) => {
      let text = '';
      for await (const chunk of child.stdout) text += String(chunk);
      return text;
    });
    await Promise.all(children.map((child) => once(child.stdout, 'readable')));
    children.forEach((child) => child.stdin.end());
    const given = await Promise.all(outputs);
    expect(given).toEqual(children.map(() => `ready ${readFileSync(path, 'utf8').trim()}`));
    expect(readdirSync(folder)).toEqual(['jwt-secret']);
  } finally {
    children.forEach((child) => child.kill('SIGKILL'));
  }
});

it('refuses a damaged file and a place where none can be made', () => {
  const path = join(folder, 'jwt-secret');
  writeFileSync(path, 'short');
  expect(() => keepSecret(path)).toThrow(new StartError(
    `JWT_SECRET: ${path} is damaged; delete it, and everybody must sign in again`,
  ));
  const below = join(path, 'jwt-secret');
  expect(() => keepSecret(below)).toThrow(StartError);
  expect(() => keepSecret(below)).toThrow(/ENOTDIR/);
});
