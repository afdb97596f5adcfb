import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run, type RunResult } from '../../scripts/run.ts';
import { ask, type Sources } from './answers.ts';

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

const SAMPLE_EVERY_MS = 100;

/**
 * Requests per second over keep-alive connections, with a few of our own between them that go to `sources`.
 * Rejects when one is refused or fails: no figure then.
 */
export async function load(what: Load, sources?: Sources): Promise<number> {
  const { url, connections, seconds, addresses = 1, tokenFile } = what;
  const script = addresses > 1 || tokenFile !== undefined ? ['-s', SCRIPT] : [];
  const loading = run('wrk', [
    '-t', '1', '-c', `${connections}`, '-d', `${seconds}s`, '--timeout', '10s', ...script, url,
    ...(script.length > 0 ? ['--', `${addresses}`, ...(tokenFile === undefined ? [] : [tokenFile])] : []),
  ]);
  let result: RunResult | undefined;
  void loading.then((ended) => (result = ended));
  const token = tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').split('\n')[0];
  while (result === undefined) {
    const answer = await ask(url, token);
    sources?.add(answer);
    await sleep(SAMPLE_EVERY_MS);
  }
  return parseWrk(result.code, result.output, url);
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
