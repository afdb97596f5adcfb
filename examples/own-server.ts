import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../apps/server/src/main/main.ts', import.meta.url));

export interface OwnServer {
  readonly url: string;
  /** Stops it and removes its folder. */
  close(): Promise<void>;
}

/** A server of one's own on a free port, with a folder that goes with it; `settings` as in docs/CONFIGURATION.md. */
export async function startOwnServer(settings: Readonly<Record<string, string>> = {}): Promise<OwnServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'watchparty-own-'));
  const { promise: url, resolve, reject } = Promise.withResolvers<string>();
  const server = spawn(process.execPath, [MAIN], {
    env: { ...process.env, DATA_DIR: dataDir, PORT: '0', LOG_DIR: 'off', ...settings }, stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: server.stdout }).on('line', (line) => {
    const found = /ready in [\d.]+ s: (http:\/\/[^\s"]+)/.exec(line)?.[1];
    if (found !== undefined) resolve(found);
  });
  const ended = new Promise<void>((end) => server.once('exit', () => end()));
  void ended.then(() => reject(new Error('The server did not start')));
  const close = async (): Promise<void> => {
    server.kill('SIGTERM');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    return { url: await url, close };
  } catch (error) {
    await close();
    throw error;
  }
}
