import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { Queries } from '../../db/index.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
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

export function createIdempotency(deps: { readonly queries: Queries; readonly secret: Uint8Array; readonly log: Log }): Idempotency {
  const { queries, secret, log } = deps;

  async function refuseOrReplay(id: Buffer, requestHash: Buffer, box: SealedBox): Promise<Answer & { replayed: true }> {
    const stored = await repo.find(queries, id);
    if (stored !== undefined && !stored.requestHash.equals(requestHash)) throw new Problem('idempotency.key_reused');
    // Gone: the first request failed between our two looks. The client may simply send again.
    if (stored === undefined || stored.response === null) {
      throw new Problem('idempotency.in_flight', { retryAfterSeconds: 1 });
    }
    return { ...(JSON.parse(box.open(stored.response)) as Answer), replayed: true };
  }

  return {
    async run(attempt, handle) {
      if (!KEY_FORMAT.test(attempt.key)) {
        throw new Problem('request.invalid', {
          errors: [{ field: '/headers/idempotency-key', message: 'must be 1 to 255 printable ASCII characters' }],
        });
      }
      const id = sha256(JSON.stringify([attempt.scope, attempt.routeId, attempt.key]));
      const requestHash = sha256(canonicalJson(attempt.request));
      const box = createSealedBox(secret, attempt.key);
      const lock = await repo.acquire(queries, id, requestHash, LOCK_MS);
      if (lock === undefined) return refuseOrReplay(id, requestHash, box);

      let stored = false;
      const write: Write = async (work) => {
        const result = await attempt.write(async (tx, effects) => {
          const data = await work(tx, effects);
          const sealed = box.seal(JSON.stringify({ status: attempt.status, data }));
          if (!(await repo.complete(tx, id, lock, sealed))) throw new Problem('idempotency.in_flight', { retryAfterSeconds: 1 });
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

interface SealedBox {
  seal(text: string): Buffer;
  open(sealed: Buffer): string;
}

/**
 * AES-256-GCM under a key made of the server's secret and the client's Idempotency-Key, which is not stored:
 * a stored answer may hold tokens, and a copy of the table alone must not give them away.
 */
function createSealedBox(secret: Uint8Array, idempotencyKey: string): SealedBox {
  const key = Buffer.from(hkdfSync('sha256', secret, idempotencyKey, 'watchparty idempotency', 32));
  return {
    seal(text) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    open(sealed) {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
      decipher.setAuthTag(sealed.subarray(12, 28));
      return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8');
    },
  };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The same text for the same JSON value, whatever the order of its fields. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  ) ?? 'null';
}
