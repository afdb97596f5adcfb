import { createHash } from 'node:crypto';
import type { Queries } from '../../db/index.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import { createIdempotencyBox, type IdempotencyBox } from './idempotency-box.ts';
import * as repo from './idempotency.repo.ts';

export interface Answer {
  readonly status: number;
  readonly data: unknown;
}

interface Attempt {
  /** Who asks; keys of different users never meet. */
  readonly scope: string;
  readonly routeId: string;
  readonly key: string;
  readonly request: unknown;
  /** The status that the stored answer carries. */
  readonly status: number;
  readonly write: Write;
}

export interface Idempotency {
  /**
   * Runs `handle` once per key: gives it a `write` that stores the answer in the very transaction of the change,
   * so that a crash can lose neither or both. The same key and request again gets that answer (`replayed`).
   */
  run(attempt: Attempt, handle: (write: Write) => Promise<unknown>): Promise<Answer & { readonly replayed: boolean }>;
  sweep(): Promise<number>;
}

const KEY_FORMAT = /^[\x21-\x7e]{1,255}$/;
/**
 * How long a client that sends again after a crash is told to wait. A first request that takes longer loses nothing but
 * its turn: when its key was taken over meanwhile its transaction is refused, and the one that took over answers.
 */
const LOCK_MS = 5_000;

type Replay = Answer & { readonly replayed: true };

interface Deps {
  readonly queries: Queries;
  readonly secret: Uint8Array;
  readonly log: Log;
}

export function createIdempotency({ queries, secret, log }: Deps, lockMs = LOCK_MS): Idempotency {
  async function refuseOrReplay(id: Buffer, fingerprint: Buffer, box: IdempotencyBox): Promise<Replay> {
    const stored = await repo.find(queries, id);
    // Gone: the first request failed between our two looks. The client may simply send again.
    if (stored === undefined) throw inFlight();
    const same = stored.requestHash.equals(fingerprint);
    if (stored.response === null) throw same ? inFlight() : new Problem('idempotency.key_reused');
    const opened = box.open(stored.response);
    // Of another secret's answer not even the request can be told; it must not be done twice.
    if (opened === undefined) throw new Problem('idempotency.answer_lost');
    if (!same) throw new Problem('idempotency.key_reused');
    return { ...(JSON.parse(opened) as Answer), replayed: true };
  }

  return {
    async run(attempt, handle) {
      if (!KEY_FORMAT.test(attempt.key)) {
        throw new Problem('request.invalid', {
          errors: [{ field: '/headers/idempotency-key', message: 'must be 1 to 255 printable ASCII characters' }],
        });
      }
      const id = sha256(JSON.stringify([attempt.scope, attempt.routeId, attempt.key]));
      const box = createIdempotencyBox(secret, attempt.key);
      const fingerprint = box.fingerprint(canonicalJson(attempt.request));
      const lock = await repo.acquire(queries, id, fingerprint, lockMs);
      if (lock === undefined) return refuseOrReplay(id, fingerprint, box);

      let stored = false;
      const write: Write = async (work) => {
        const result = await attempt.write(async (tx, effects) => {
          const data = await work(tx, effects);
          const sealed = box.seal(JSON.stringify({ status: attempt.status, data }));
          if (!(await repo.complete(tx, id, lock, sealed))) throw inFlight();
          return data;
        });
        stored = true;
        return result;
      };
      try {
        const data = await handle(write);
        // Answered without a change, such as a message that had been sent before.
        if (!stored) await write(async () => data);
        return { status: attempt.status, data, replayed: false };
      } catch (error) {
        if (!stored) {
          await repo.release(queries, id, lock).catch((err: unknown) => {
            log.debug({ err }, 'An idempotency key stays locked until its time is up');
          });
        }
        throw error;
      }
    },
    sweep: () => repo.sweep(queries, 1000),
  };
}

const inFlight = (): Problem => new Problem('idempotency.in_flight', { retryAfterSeconds: 1 });

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The same text for the same JSON value, whatever the order of its fields. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  ) ?? 'null';
}
