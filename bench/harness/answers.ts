import { setTimeout as sleep } from 'node:timers/promises';

export interface Answer {
  readonly body: Buffer;
  /** What the server says of its cache: HIT, MISS, BYPASS; undefined for peers. */
  readonly cache: string | undefined;
}

const WARM_TIMEOUT_MS = 10_000;

/** Asks until the server says that it answers from where it should, or a while has passed: see `notServedFrom`. */
export async function warm(url: string, wanted: 'HIT' | 'BYPASS', token?: string): Promise<Answer> {
  for (const endMs = performance.now() + WARM_TIMEOUT_MS; ; await sleep(100)) {
    const answer = await ask(url, token);
    if (answer.cache === wanted || performance.now() > endMs) return answer;
  }
}

/** Rejects when the answer is an error. */
export async function ask(url: string, token?: string): Promise<Answer> {
  const answer = await fetch(url, { headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }) } });
  const body = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${body.toString()}`);
  return { body, cache: answer.headers.get('x-cache') ?? undefined };
}

/** Where the answers of one measurement came from, by samples taken meanwhile. */
export interface Sources {
  add(answer: Answer): void;
  /** `97 of 100 HIT`, and why the figure is not what it claims to be when that is too few. */
  summary(wanted: 'HIT' | 'BYPASS'): { readonly text: string; readonly invalid: string | undefined };
}

/** A server under load may lose its cache for a moment; a figure with more of that is another figure. */
const LEAST_SHARE = 0.95;

export function createSources(): Sources {
  let count = 0;
  const counts = new Map<string, number>();
  return {
    add({ cache = 'nothing' }) {
      count += 1;
      counts.set(cache, (counts.get(cache) ?? 0) + 1);
    },
    summary(wanted) {
      const good = counts.get(wanted) ?? 0;
      const text = `${good} of ${count} samples say X-Cache: ${wanted}`;
      return { text, invalid: count > 0 && good / count >= LEAST_SHARE ? undefined : `only ${text}` };
    },
  };
}
