import { randomUUID } from 'node:crypto';

/**
 * A UUID version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits, so that ids sort by time
 * and index well. The bits are those of a UUID version 4: Node fetches randomness for many of them at once.
 */
export function uuidv7(nowMs: number, random: string = randomUUID()): string {
  const time = nowMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

/** When a UUID version 7 was made, in milliseconds. */
export const timeOfUuidv7 = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
