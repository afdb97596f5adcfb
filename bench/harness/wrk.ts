import { fileURLToPath } from 'node:url';
import { run } from '../../scripts/run.ts';

const SCRIPT = fileURLToPath(new URL('../load/requests.lua', import.meta.url));

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** As if from so many addresses behind one proxy; 1: from our own, without a header that says otherwise. */
  readonly addresses?: number;
  /** A file with one access token per line, which the requests carry in turn. */
  readonly tokenFile?: string;
}

/** Requests per second over keep-alive connections. Rejects when one is refused or fails: no figure then. */
export async function load({ url, connections, seconds, addresses = 1, tokenFile }: Load): Promise<number> {
  const script = addresses > 1 || tokenFile !== undefined ? ['-s', SCRIPT] : [];
  const { code, output } = await run('wrk', [
    '-t', '1', '-c', `${connections}`, '-d', `${seconds}s`, '--timeout', '10s', ...script, url,
    ...(script.length > 0 ? ['--', `${addresses}`, ...(tokenFile === undefined ? [] : [tokenFile])] : []),
  ]);
  return parseWrk(code, output, url);
}

/** What wrk printed, as requests per second. */
export function parseWrk(code: number, output: string, url: string): number {
  const rate = Number(/^Requests\/sec:\s+([\d.]+)/m.exec(output)?.[1]);
  const trouble = /^\s*(Non-2xx or 3xx responses: .*|Socket errors: .*)$/m.exec(output)?.[1];
  if (code !== 0 || !(rate > 0) || trouble !== undefined) {
    throw new Error(`wrk could not load ${url}: ${trouble ?? output.trim()}`);
  }
  return rate;
}
