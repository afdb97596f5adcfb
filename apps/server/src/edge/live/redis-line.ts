import { setTimeout as delay } from 'node:timers/promises';
import { type RedisClient, type RedisConnection, within } from '@watchparty/redis-kit/redis';
import { Compile } from 'typebox/compile';
import type { Log } from '../../kernel/log.ts';
import { type Line, type LineListener, type Word, Words } from './line.ts';

interface Deps {
  /** Fails fast: nobody waits for a Redis that is away. */
  readonly publisher: Pick<RedisConnection, 'client' | 'timeoutMs'>;
  /** Patient, and used for nothing else: it waits in Redis for what comes. */
  readonly reader: Pick<RedisConnection, 'client' | 'onChange'>;
  /** The stream's key: nodes with the same hear one another. */
  readonly key: string;
  /** This node's own name, a new one with each start. */
  readonly node: string;
  readonly log: Log;
  readonly blockMs?: number;
}

/** A minute of a busy house; a node that was away for longer is told that it has missed something. */
const MAX_ENTRIES = 10_000;
const READ_AT_ONCE = 100;
const BLOCK_MS = 5000;
/** Beyond the block: then the connection is dead, though nobody said so. */
const SILENCE_MS = 5000;
const RETRY_MS = 250;
/** Behind answers, not before them: patience costs less than a word said twice. */
const MIN_SAY_MS = 500;
const MAX_SENDERS = 1000;

const words = Compile(Words);

type Entry = readonly [id: string, fields: readonly string[]];

/**
 * Over a stream of Redis or Valkey, standalone or a cluster: one entry for what one turn of a node says. A node that was
 * cut off reads on where it stopped. Each sender numbers its entries; where numbers skip, or the stream has lost what was
 * read last, something was missed.
 */
export function createRedisLine({ publisher, reader, key, node, log, blockMs = BLOCK_MS }: Deps): Line {
  const [speaks, hears] = [clientOf(publisher), clientOf(reader)];
  /** How far each sender has counted, as heard. */
  const counted = new Map<string, number>();
  /** What was read last; undefined: whatever is there is old. */
  let after: string | undefined;
  let said = 0;
  let closed = false;
  let away = false;
  let back = (): void => {};
  const sayMs = Math.max(MIN_SAY_MS, publisher.timeoutMs);

  async function read(listener: LineListener): Promise<void> {
    while (!closed) {
      try {
        after ??= await lastId(hears, key);
        const answer = await inTime(hears, blockMs + SILENCE_MS, hears.xread('COUNT', READ_AT_ONCE, 'BLOCK', blockMs, 'STREAMS', key, after));
        for (const [id, fields] of answer?.[0]?.[1] ?? []) {
          after = id;
          hear(listener, [id, fields]);
        }
      } catch (err) {
        if (closed) return;
        log.debug({ err }, 'What other nodes say is not heard at the moment');
        // Never at once: a client that fails fast would keep this process from everything else.
        await delay(RETRY_MS, undefined, { ref: false });
      }
    }
  }

  /** The connection is back: if the stream has lost what was read last, it has lost what came after it too. */
  async function verify(listener: LineListener): Promise<void> {
    const last = after;
    while (!closed && last !== undefined) {
      try {
        if (await has(speaks, key, last)) return;
        listener.missed();
        if (after === last) after = undefined;
        return;
      } catch {
        await delay(RETRY_MS, undefined, { ref: false });
      }
    }
  }

  /** After one that failed nobody waits again before Redis has answered. */
  async function untilBack(): Promise<void> {
    away = true;
    while (away && !closed) {
      await delay(RETRY_MS, undefined, { ref: false });
      away = await within(sayMs, speaks.xlen(key)).then(() => false, () => true);
    }
    if (!closed) back();
  }

  function hear(listener: LineListener, [id, fields]: Entry): void {
    const [sender, number, text] = [fieldOf(fields, 'node'), Number(fieldOf(fields, 'n')), fieldOf(fields, 'words')];
    if (sender === node) return;
    const heard = parse(text);
    if (sender === undefined || heard === undefined) return log.warn({ id, key }, 'Somebody else writes to the stream of live connections');
    const before = counted.get(sender);
    if (before !== undefined && number > before + 1) listener.missed();
    if (counted.size >= MAX_SENDERS) counted.clear();
    counted.set(sender, number);
    listener.heard(heard);
  }

  return {
    async say(what) {
      said += 1;
      if (away) throw new Error('Redis is away');
      try {
        await within(sayMs, speaks.xadd(key, 'MAXLEN', '~', MAX_ENTRIES, '*', 'node', node, 'n', said, 'words', JSON.stringify(what)));
      } catch (error) {
        if (!away) void untilBack();
        throw error;
      }
    },
    listen(listener) {
      reader.onChange((status) => {
        if (status === 'connected') void verify(listener);
      });
      void read(listener);
    },
    onBack(listener) {
      back = listener;
    },
    async close() {
      closed = true;
    },
  };
}

function clientOf({ client }: Pick<RedisConnection, 'client'>): RedisClient {
  if (client === undefined) throw new TypeError('createRedisLine needs connections to Redis');
  return client;
}

async function lastId(client: RedisClient, key: string): Promise<string> {
  const [last] = await client.xrevrange(key, '+', '-', 'COUNT', 1);
  return last?.[0] ?? NOTHING_YET;
}

const NOTHING_YET = '0-0';

/** Before the first entry nobody can tell: then it counts as lost. */
const has = async (client: RedisClient, key: string, id: string): Promise<boolean> =>
  id !== NOTHING_YET && (await client.xrange(key, id, id)).length > 0;

const fieldOf = (fields: readonly string[], name: string): string | undefined => fields[fields.indexOf(name) + 1];

function parse(text: string | undefined): readonly Word[] | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return words.Check(value) ? (value as unknown as readonly Word[]) : undefined;
  } catch {
    return undefined;
  }
}

/** Rejects after `timeoutMs`, and then begins the connection anew. */
async function inTime<T>(client: RedisClient, timeoutMs: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Redis was silent for ${timeoutMs} ms`));
      if ('nodes' in client) client.disconnect(true);
      else client.stream?.destroy();
    }, timeoutMs);
    timer.unref();
  });
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
