import type { ServerEvent } from '@watchparty/protocol';
import type { Channel } from '../../kernel/live.ts';
import type { Line, Word } from './line.ts';

/** To the connections of this node, or of all. */
export type Where = 'here' | 'everywhere';

export interface Outgoing {
  /** Goes out at the end of this turn, and is forgotten. */
  tell(channel: Channel, event: ServerEvent, payload: unknown, where: Where): void;
  /** The same, everywhere; rejects when the other nodes may not have been told. */
  tellSurely(channel: Channel, event: ServerEvent, payload: unknown): Promise<void>;
  /** What has been told so far goes out now, and after it these words to the other nodes. Rejects as `tellSurely` does. */
  flush(words?: readonly Word[]): Promise<void>;
}

interface Deps {
  /** Sends one event to this node's connections; `items`: of how many. */
  readonly emit: (channel: Channel, event: string, payload: unknown, items: number) => void;
  readonly line: Pick<Line, 'say'>;
  /** The other nodes may not have been told. */
  readonly onUnsaid: (error: unknown) => void;
}

interface Gathered {
  readonly channel: Channel;
  readonly event: string;
  readonly where: Where;
  readonly first: Readonly<Record<string, unknown>>;
  /** Undefined while there is nothing but the first. */
  items: unknown[] | undefined;
  count: number;
}

/** One event stays small enough for slow lines to take between two others. */
const MAX_ITEMS = 200;

/**
 * Gathers what one turn of the event loop brings. What follows upon an event of the same name in its channel joins it;
 * in a channel nothing overtakes anything, so that an edit is never heard before what it edits.
 */
export function createOutgoing({ emit, line, onUnsaid }: Deps): Outgoing {
  let turn: Gathered[] = [];
  /** Of each channel. */
  let last = new Map<Channel, Gathered>();
  let said: PromiseWithResolvers<void> | undefined;
  let scheduled = false;

  function add(channel: Channel, event: ServerEvent, payload: unknown, where: Where): void {
    const first = payload as Gathered['first'];
    const before = last.get(channel);
    if (event.gathers === true && before?.event === event.name && before.where === where) {
      const more = first['items'] as unknown[];
      const items = before.items ?? (before.first['items'] as unknown[]);
      if (items.length + more.length <= MAX_ITEMS) {
        before.items = before.items === undefined ? [...items, ...more] : items;
        if (before.items === items) items.push(...more);
        before.count += 1;
        return;
      }
    }
    const begun: Gathered = { channel, event: event.name, where, first, items: undefined, count: 1 };
    turn.push(begun);
    last.set(channel, begun);
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      flush().catch(onUnsaid);
    });
  }

  function flush(more: readonly Word[] = []): Promise<void> {
    const [gathered, waiting] = [turn, said];
    turn = [];
    last = new Map();
    said = undefined;
    const words: Word[] = [];
    for (const { channel, event, where, first, items, count } of gathered) {
      const payload = items === undefined ? first : { ...first, items };
      emit(channel, event, payload, count);
      if (where !== 'here') words.push({ tell: [channel, event, payload] });
    }
    words.push(...more);
    const result = words.length === 0 ? Promise.resolve() : line.say(words);
    waiting?.resolve(result);
    return result;
  }

  return {
    tell: add,
    tellSurely(channel, event, payload) {
      add(channel, event, payload, 'everywhere');
      said ??= Promise.withResolvers();
      return said.promise;
    },
    flush,
  };
}
