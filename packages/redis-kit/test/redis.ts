import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

export interface TestRedis {
  /** `redis://127.0.0.1:<port>`, the same for the whole life of this server. */
  readonly url: string;
  /** Ends it by SIGTERM, waits, and removes its folder. May be called twice. */
  stop(): Promise<void>;
  /** Ends it by SIGKILL, as a crash would. `restart` brings it back, empty. */
  kill(): Promise<void>;
  /** Stops it by SIGSTOP: connections stay open, nothing is answered. */
  freeze(): void;
  /** Lets a frozen one go on. */
  thaw(): void;
  /** Kills it if it runs, and starts it again on the same port, empty. */
  restart(): Promise<void>;
}

/** How long a server may take to answer its first PING, on a machine busy with other suites. */
const START_TIMEOUT_MS = 20_000;

/**
 * Starts a Redis (or Valkey) of this suite's own on a free loopback port, without persistence.
 * `args` go to the server as they are (`['--maxmemory-policy', 'noeviction']`). Ends with this process at the latest.
 */
export async function startRedis(args: readonly string[] = []): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'watchparty-redis-'));
  let server: ChildProcess | undefined;
  const killNow = () => void server?.kill('SIGKILL');
  process.on('exit', killNow);

  const end = async (signal: NodeJS.Signals) => {
    const ending = server;
    server = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, 'exit');
    ending.kill(signal);
    // A frozen one hears SIGTERM only when it goes on.
    ending.kill('SIGCONT');
    await ended;
  };
  const stop = async () => {
    await end('SIGTERM');
    process.off('exit', killNow);
    rmSync(folder, { recursive: true, force: true });
  };

  try {
    // Between finding a free port and taking it another process can take it: then another is tried.
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort();
      try {
        server = await launch(port, folder, args);
        return {
          url: `redis://127.0.0.1:${port}`,
          stop,
          kill: () => end('SIGKILL'),
          freeze: () => void server?.kill('SIGSTOP'),
          thaw: () => void server?.kill('SIGCONT'),
          restart: async () => {
            await end('SIGKILL');
            server = await launch(port, folder, args);
          },
        };
      } catch (error) {
        if (attempt === 5 || !(error instanceof PortTaken)) throw error;
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

class PortTaken extends Error {}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Starts whichever of the two servers is installed, and resolves once it answers. */
async function launch(port: number, folder: string, args: readonly string[]): Promise<ChildProcess> {
  for (const command of ['redis-server', 'valkey-server']) {
    const child = spawn(
      command,
      ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--save', '', '--appendonly', 'no', ...args],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const log: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => log.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => log.push(chunk.toString()));
    try {
      await once(child, 'spawn');
    } catch {
      continue;
    }
    if (await answers(child, port)) return child;
    child.kill('SIGKILL');
    const output = log.join('');
    if (output.includes('Address already in use')) throw new PortTaken(output);
    throw new Error(`Redis did not start: ${output}`);
  }
  throw new Error('Neither redis-server nor valkey-server is on PATH; "npm test" says how to install one');
}

/** PINGs until this very server answers; false when it ended or its time is over. */
async function answers(child: ChildProcess, port: number): Promise<boolean> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (child.exitCode === null && child.signalCode === null && performance.now() < deadlineMs) {
    // Another server could hold the port: only the one with our process id is ours.
    if ((await ask(port, 'INFO server')).includes(`process_id:${child.pid}\r`)) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

/** What the server on `port` answers to one command, raw; empty when nobody answers. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 }, () => socket.end(`${command}\r\nQUIT\r\n`));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

/** A plain client, to look at and change what lies in a server. */
export const connectTo = (url: string): Redis => new Redis(url);
