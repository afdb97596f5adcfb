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
    const skews = [...printed.matchAll(/^ *\d+ s {2}skew +([\d.]+) ms /gm)].map(([, ms]) => Number(ms));
    expect(skews).toHaveLength(3);
    // What this machine's other work delays is not measured here; viewers who do not follow are seconds apart.
    expect(skews.at(-1)).toBeLessThan(300);
    expect((await server.ask('GET', '/api/rooms')).body.data.items).toEqual([]);
  } finally {
    example.kill('SIGKILL');
  }
});
