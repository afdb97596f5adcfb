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
  readonly args: (string | number)[];
}

/** The script's KEYS and ARGV; without `nowMs` by the server's clock. */
export function encodeCall(items: readonly Item[], nowMs?: number): EncodedCall {
  const keys: string[] = [];
  const args: (string | number)[] = [nowMs ?? ''];
  for (const { key, rule, cost, times } of items) {
    keys.push(key);
    args.push(rule.max, rule.windowMs, cost, times);
  }
  return { keys, args };
}

/** What the script answered for each item; throws a TypeError for anything else. */
export function decodeReply(reply: unknown, count: number): { atMs: number; takings: Taking[] } {
  if (!Array.isArray(reply) || reply.length !== 1 + 3 * count || !reply.every(Number.isInteger)) {
    throw new TypeError('Redis answered something else than the rate limit script does');
  }
  const numbers = reply as number[];
  const takings: Taking[] = [];
  for (let i = 1; i < numbers.length; i += 3) {
    takings.push({ free: numbers[i]!, resetMs: numbers[i + 1]!, retryAfterMs: numbers[i + 2]! });
  }
  return { atMs: numbers[0]!, takings };
}
