import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from './app.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/two-viewers.ts', import.meta.url));

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp();
});
afterAll(() => server.close());

test('examples/two-viewers.ts prints the skew of two viewers each second, and leaves nothing behind', async () => {
  const example = spawn(process.execPath, [EXAMPLE, '--url', server.url, '--seconds', '3'], { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const [printed, complaints, [code]] = await Promise.all([text(example.stdout), text(example.stderr), once(example, 'close')]);
    expect(complaints).toBe('');
    expect(code).toBe(0);
    const seconds = [...printed.matchAll(/^ *\d+ s {2}skew +([\d.]+) ms +ann ([\d.]+) s /gm)];
    expect(seconds).toHaveLength(3);
    const [, skewMs, position] = seconds.at(-1)!;
    // What this machine's other work delays is not measured here.
    expect(Number(skewMs)).toBeLessThan(1000);
    expect(Number(position)).toBeGreaterThan(60.5);
    expect((await server.ask('GET', '/api/rooms')).body.data.items).toEqual([]);
  } finally {
    example.kill('SIGKILL');
  }
});
