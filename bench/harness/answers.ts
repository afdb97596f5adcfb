import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from './connect.ts';

export interface Answer {
  readonly body: Buffer;
  /** What the server says of its cache: HIT, MISS, BYPASS; undefined for peers. */
  readonly cache: string | undefined;
}

/** Asks twice, so that the second answer is what all others will be. */
export async function warm(url: string, token?: string): Promise<Answer> {
  await ask(url, token);
  await sleep(200);
  return ask(url, token);
}

async function ask(url: string, token: string | undefined): Promise<Answer> {
  const answer = await fetch(url, { headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }) } });
  const body = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${body.toString()}`);
  return { body, cache: answer.headers.get('x-cache') ?? undefined };
}

/** Why a figure of ours is not what it claims to be; undefined when all is well. */
export function notServedFrom(wanted: 'HIT' | 'BYPASS', { cache }: Answer): string | undefined {
  return cache === wanted ? undefined : `the server said X-Cache: ${cache ?? 'nothing'} instead of ${wanted}`;
}

/** Takes what was counted away, so that no run meets the largest limit that can be configured. */
export async function forgetRateLimits(redisUrl: string): Promise<void> {
  const redis = await connect(redisUrl);
  try {
    const client = redis.client!;
    const keys = await client.keys('ratelimit:*');
    if (keys.length > 0) await client.del(...keys);
  } finally {
    await redis.close();
  }
}
