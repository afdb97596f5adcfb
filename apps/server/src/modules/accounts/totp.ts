import { createHmac, timingSafeEqual } from 'node:crypto';

/** What every authenticator app knows: SHA-1, six digits, half a minute (RFC 6238, RFC 4226). */
const STEP_SECONDS = 30;
const DIGITS = 6;
/** Steps that a clock may be wrong by, either way. */
const DRIFT = 1;

/** The code of one half-minute, counted from the Unix epoch. */
export function codeAt(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = mac.at(-1)! & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7f_ff_ff_ff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

export const stepAt = (nowMs: number): number => Math.floor(nowMs / 1000 / STEP_SECONDS);

/** The half-minute that a code is of: this one or one beside it, and later than `lastStep`. Undefined: of none. */
export function stepOf(
  secret: Uint8Array, code: string, { nowMs, lastStep }: { readonly nowMs: number; readonly lastStep: number },
): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const now = stepAt(nowMs);
  const steps = Array.from({ length: 2 * DRIFT + 1 }, (_, index) => now - DRIFT + index);
  const given = Buffer.from(code);
  return steps.find((step) => step > lastStep && timingSafeEqual(Buffer.from(codeAt(secret, step)), given));
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, without padding: five bytes are eight letters. */
export function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}

/** What authenticator apps read from a QR code. */
export function otpauthUri(
  secret: Uint8Array, { issuer, account }: { readonly issuer: string; readonly account: string },
): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`;
}
