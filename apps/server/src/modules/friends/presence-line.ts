import { Id } from '@watchparty/protocol';
import type { Bus } from '@watchparty/redis-kit/bus';
import Type from 'typebox';
import { Check } from 'typebox/value';
import type { PresenceBook } from './presence.ts';

const Word = Type.Object({
  node: Type.String(),
  /** `changes` since the last word; `all` there is; a `heartbeat`; `ask`: say all; `bye`: there will be nothing more. */
  says: Type.Enum(['changes', 'all', 'heartbeat', 'ask', 'bye']),
  present: Type.Array(Id),
  gone: Type.Array(Id),
});
type Word = Type.Static<typeof Word>;

export interface PresenceLineTimings {
  /** Changes are gathered for so long. */
  readonly gatherMs: number;
  readonly heartbeatMs: number;
  /** Whom a node had that has been silent for so long is not there any more. */
  readonly silentMs: number;
}

export const defaultPresenceLineTimings: PresenceLineTimings = { gatherMs: 250, heartbeatMs: 2000, silentMs: 8000 };

interface Deps {
  readonly book: PresenceBook;
  readonly bus: Bus;
  /** Of this node in this life: never used before. */
  readonly nodeId: string;
  readonly timings?: PresenceLineTimings;
}

const CHANNEL = 'friends.presence';

/** Keeps the book the same on all nodes. FP1 */
export async function openPresenceLine({ book, bus, nodeId, timings = defaultPresenceLineTimings }: Deps): Promise<{ close(): Promise<void> }> {
  const { gatherMs, heartbeatMs, silentMs } = timings;
  const heardAtMs = new Map<string, number>();
  let changed = new Set<number>();
  let saysAll = false;
  let timer: NodeJS.Timeout | undefined;
  let hearsElsewhere = false;

  // Who cannot be told now asks when they hear again.
  const say = (says: Word['says'], present: number[] = [], gone: number[] = []): Promise<void> =>
    bus.publish(CHANNEL, { node: nodeId, says, present, gone } satisfies Word).catch(() => undefined);

  function send(): void {
    timer = undefined;
    if (saysAll) void say('all', book.here());
    else void say('changes', [...changed].filter((id) => book.isHere(id)), [...changed].filter((id) => !book.isHere(id)));
    saysAll = false;
    changed = new Set();
  }

  const sendSoon = (): void => void (timer ??= setTimeout(send, gatherMs).unref());

  function sayAllSoon(): void {
    saysAll = true;
    sendSoon();
  }

  const unlisten = book.listen((userId) => {
    // What others say is not passed on.
    if (hearsElsewhere) return;
    changed.add(userId);
    sendSoon();
  });

  function note(work: () => void): void {
    hearsElsewhere = true;
    try {
      work();
    } finally {
      hearsElsewhere = false;
    }
  }

  function hear({ node, says, present, gone }: Word): void {
    heardAtMs.set(node, performance.now());
    if (says === 'ask') return sayAllSoon();
    if (says === 'bye') {
      heardAtMs.delete(node);
      return note(() => book.forget(node));
    }
    if (says === 'all') return note(() => book.heardAll(node, present));
    // Nothing is known of what came before.
    if (!book.knows(node)) return void say('ask');
    if (says === 'changes') note(() => book.heard(node, present, gone));
  }

  function beat(): void {
    const nowMs = performance.now();
    for (const [node, atMs] of heardAtMs) {
      if (nowMs - atMs < silentMs) continue;
      heardAtMs.delete(node);
      note(() => book.forget(node));
    }
    void say('heartbeat');
  }

  const askAgain = (): void => {
    sayAllSoon();
    void say('ask');
  };
  const subscription = await bus.subscribe(CHANNEL, (payload): payload is Word => Check(Word, payload), hear, { onGap: askAgain });
  const heartbeat = setInterval(beat, heartbeatMs).unref();
  askAgain();

  return {
    async close() {
      clearInterval(heartbeat);
      clearTimeout(timer);
      unlisten();
      subscription.close();
      await say('bye');
    },
  };
}
