import { Worker } from 'node:worker_threads';
import type { ReadableBytes } from '../../../storage/index.ts';
import type { BytesForParser, FilmFacts, FromParser, ParseTask } from './facts.ts';
import { unreadable } from './problems.ts';

/** The largest single piece a film needs: its index, or one cluster of a webm file. */
const MAX_READ_BYTES = 64 * 1024 * 1024;
const MAX_TOTAL_BYTES = 256 * 1024 * 1024;
/** The index of a ten-hour film takes the parser about 200 MB. */
const MAX_HEAP_MB = 512;

/** Threads at a time: a hostile film may hold a core for `timeoutMs`, and the next ones wait their turn. */
const MAX_THREADS = 4;
const turns = createTurns(MAX_THREADS);

export interface ParseLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads a film's facts in a thread of its own: the files come from strangers, so time, memory and bytes read are
 * bounded from outside, and the index of a long film, 100 ms of work, does not hold up everybody's playback.
 * Throws `movies.file_unreadable`, or what reading the file or the signal threw.
 */
export async function parseFilm(file: ReadableBytes, task: ParseTask, limits: ParseLimits): Promise<FilmFacts> {
  await turns.take(limits.signal);
  try {
    limits.signal?.throwIfAborted();
    return await parseInThread(file, task, limits);
  } finally {
    turns.giveBack();
  }
}

async function parseInThread(file: ReadableBytes, task: ParseTask, limits: ParseLimits): Promise<FilmFacts> {
  const { promise, resolve, reject } = Promise.withResolvers<FilmFacts>();
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: task,
    // Nothing of the process goes along: the thread needs neither its settings nor its flags.
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    stdout: true,
    stderr: true,
  });
  const timer = setTimeout(() => reject(unreadable('Reading it took too long.')), limits.timeoutMs);
  const onAbort = (): void => reject(limits.signal?.reason);
  limits.signal?.addEventListener('abort', onAbort, { once: true });

  let totalBytes = 0;
  const serve = async ({ id, start, length }: { id: number; start: number; length: number }): Promise<void> => {
    totalBytes += length;
    if (!(length >= 0 && length <= MAX_READ_BYTES) || totalBytes > MAX_TOTAL_BYTES) {
      throw unreadable('One of its parts is larger than any film needs.');
    }
    const bytes = await file.read(start, length);
    worker.postMessage({ id, bytes } satisfies BytesForParser);
  };
  worker.on('message', (message: FromParser) => {
    if (message.kind === 'facts') resolve(message.facts);
    else if (message.kind === 'unreadable') reject(unreadable('It is damaged.', new Error(message.message)));
    else serve(message).catch(reject);
  });
  // Out of memory or stack: the thread dies alone.
  worker.on('error', (error) => reject(unreadable('It is damaged.', error)));
  worker.on('exit', () => reject(unreadable('It is damaged.')));

  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    limits.signal?.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}

interface Turns {
  take(signal: AbortSignal | undefined): Promise<void>;
  giveBack(): void;
}

/** Lets `free` holders in at a time, the others in the order they came; an abort leaves the queue. */
function createTurns(free: number): Turns {
  const waiting = new Set<() => void>();
  let left = free;
  return {
    async take(signal) {
      signal?.throwIfAborted();
      if (left > 0) {
        left -= 1;
        return;
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onAbort = (): void => {
        waiting.delete(resolve);
        reject(signal?.reason);
      };
      waiting.add(resolve);
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        await promise;
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
    },
    giveBack() {
      const [next] = waiting;
      if (!next) left += 1;
      else {
        waiting.delete(next);
        next();
      }
    },
  };
}
