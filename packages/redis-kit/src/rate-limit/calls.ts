import type { Taking } from './sliding-window.ts';
import type { Decision, Rule } from './types.ts';

/** Equal checks of one turn. */
export interface Item {
  readonly key: string;
  readonly rule: Rule;
  readonly cost: number;
  /** How many checks, or `FORCE` or `RAISE`. */
  readonly times: number;
}

/** Counts the cost whatever is free. */
export const FORCE = -1;
/** Counts what is missing to a total of the cost. */
export const RAISE = -2;

/** An item and those that wait for it. */
export interface Waiting extends Item {
  times: number;
  readonly decided: ((decision: Decision) => void)[];
}

/** A call of this size keeps Redis busy for about a millisecond. */
const MAX_ITEMS_PER_CALL = 500;

/** Splits into calls, each for one slot where there are slots, keeping the order of each key. */
export function splitIntoCalls<T extends Item>(items: readonly T[], slotOf?: (key: string) => number): T[][] {
  if (items.length === 0) return [];
  if (slotOf === undefined && items.length <= MAX_ITEMS_PER_CALL) return [[...items]];
  const calls: T[][] = [];
  const open = new Map<number, T[]>();
  for (const item of items) {
    const slot = slotOf?.(item.key) ?? 0;
    let call = open.get(slot);
    if (call === undefined || call.length === MAX_ITEMS_PER_CALL) {
      call = [];
      open.set(slot, call);
      calls.push(call);
    }
    call.push(item);
  }
  return calls;
}

interface EncodedCall {
  readonly keys: string[];
  /** The time, then max, windowMs, cost and times. */
  readonly args: (string | number)[];
}

/** The script's KEYS and ARGV; without `nowMs` by the server's clock. */
export function encodeCall(items: readonly Item[], nowMs?: number): EncodedCall {
  return {
    keys: items.map(({ key }) => key),
    args: [
      nowMs ?? '', oneOrAll(items, ({ rule }) => rule.max), oneOrAll(items, ({ rule }) => rule.windowMs),
      oneOrAll(items, ({ cost }) => cost), oneOrAll(items, ({ times }) => times),
    ],
  };
}

/** Most turns ask about one rule. */
function oneOrAll(items: readonly Item[], of: (item: Item) => number): string | number {
  const first = of(items[0]!);
  return items.every((item) => of(item) === first) ? first : items.map(of).join(',');
}

const TIME_BYTES = 8;
const TAKING_BYTES = 12;

/** What the script answered for each item; throws a TypeError for anything else. */
export function decodeReply(reply: unknown, count: number): { atMs: number; takings: Taking[] } {
  if (!Buffer.isBuffer(reply) || reply.length !== TIME_BYTES + TAKING_BYTES * count) {
    throw new TypeError('Redis answered something else than the rate limit script does');
  }
  const takings: Taking[] = [];
  for (let at = TIME_BYTES; at < reply.length; at += TAKING_BYTES) {
    takings.push({ free: reply.readInt32BE(at), resetMs: reply.readInt32BE(at + 4), retryAfterMs: reply.readInt32BE(at + 8) });
  }
  return { atMs: reply.readDoubleBE(0), takings };
}
