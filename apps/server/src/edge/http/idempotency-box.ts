import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/**
 * What is stored of an attempt, under keys made of the server's secret and the client's Idempotency-Key, which is not
 * stored: answers may hold tokens and requests passwords, and a copy of the table alone must give away neither.
 */
export interface IdempotencyBox {
  /** Tells requests apart; says nothing to who has not the key. */
  fingerprint(request: string): Buffer;
  seal(text: string): Buffer;
  /** Undefined when it was sealed under another secret, or damaged. */
  open(sealed: Buffer): string | undefined;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

export function createIdempotencyBox(secret: Uint8Array, idempotencyKey: string): IdempotencyBox {
  const keyFor = (use: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, idempotencyKey, `watchparty idempotency ${use}`, 32));
  const key = keyFor('answer');
  return {
    fingerprint: (request) => createHmac('sha256', keyFor('request')).update(request).digest(),
    seal(text) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    open(sealed) {
      try {
        const iv = sealed.subarray(0, IV_BYTES);
        const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
        decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
        const body = sealed.subarray(IV_BYTES + TAG_BYTES);
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
