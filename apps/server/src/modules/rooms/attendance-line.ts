import type { Bus } from '@watchparty/redis-kit/bus';
import Type from 'typebox';
import { Check } from 'typebox/value';
import { Id, Nullable } from '@watchparty/protocol';
import type { AttendanceBook } from './attendance.ts';

const PlayerWord = Type.Object({
  version: Type.Integer(), driftMs: Nullable(Type.Number()), rttMs: Nullable(Type.Number()),
  buffering: Type.Boolean(), ready: Type.Boolean(), free: Type.Boolean(),
});
const RoomWord = Type.Object({
  roomId: Id,
  people: Type.Array(Type.Object({ userId: Id, username: Type.String(), player: Nullable(PlayerWord) })),
  gone: Type.Array(Id),
});
const Word = Type.Object({
  node: Type.String(),
  /** `changes` since the last word; `all` there is; a `heartbeat`; `ask`: say all; `bye`: there will be nothing more. */
  says: Type.Enum(['changes', 'all', 'heartbeat', 'ask', 'bye']),
  rooms: Type.Array(RoomWord),
});
type Word = Type.Static<typeof Word>;

export interface AttendanceTimings {
  /** Changes are gathered for so long. */
  readonly gatherMs: number;
  /** The same, while they are only drift and round trip. */
  readonly figuresMs: number;
  readonly heartbeatMs: number;
  /** Whom a node had that has been silent for so long is not there any more. */
  readonly silentMs: number;
}

export const defaultAttendanceTimings: AttendanceTimings = { gatherMs: 100, figuresMs: 1000, heartbeatMs: 2000, silentMs: 8000 };

interface Deps {
  readonly book: AttendanceBook;
  readonly bus: Bus;
  /** Of this node in this life: never used before. */
  readonly nodeId: string;
  readonly timings?: AttendanceTimings;
}

const CHANNEL = 'rooms.attendance';

/** Keeps the book the same on all nodes. LR5 */
export async function openAttendanceLine({ book, bus, nodeId, timings = defaultAttendanceTimings }: Deps): Promise<{ close(): Promise<void> }> {
  const { gatherMs, figuresMs, heartbeatMs, silentMs } = timings;
  const heardAtMs = new Map<string, number>();
  let changed = new Map<number, Set<number>>();
  let timer: NodeJS.Timeout | undefined;
  let dueAtMs = Infinity;
  let saysAll = false;

  // Who cannot be told now asks when they hear again.
  const say = (says: Word['says'], rooms: Word['rooms'] = []): Promise<void> =>
    bus.publish(CHANNEL, { node: nodeId, says, rooms } satisfies Word).catch(() => undefined);

  const all = (): Word['rooms'] =>
    [...book.roomsHere()].map((roomId) => ({ roomId, people: book.here(roomId).map(wordOf), gone: [] }));

  function changes(): Word['rooms'] {
    return [...changed].map(([roomId, userIds]) => {
      const people = [...userIds].map((userId) => [userId, book.hereIn(roomId, userId)] as const);
      return {
        roomId,
        people: people.flatMap(([, person]) => (person === undefined ? [] : [wordOf(person)])),
        gone: people.flatMap(([userId, person]) => (person === undefined ? [userId] : [])),
      };
    });
  }

  function send(): void {
    timer = undefined;
    dueAtMs = Infinity;
    if (saysAll) void say('all', all());
    else if (changed.size > 0) void say('changes', changes());
    saysAll = false;
    changed = new Map();
  }

  function due(inMs: number): void {
    const atMs = performance.now() + inMs;
    if (atMs >= dueAtMs) return;
    dueAtMs = atMs;
    clearTimeout(timer);
    timer = setTimeout(send, inMs).unref();
  }

  function sayAllSoon(): void {
    saysAll = true;
    due(gatherMs);
  }

  let hearsElsewhere = false;
  const unlisten = book.listen((roomId, userId, change) => {
    // What others say is not passed on.
    if (hearsElsewhere) return;
    const people = changed.get(roomId) ?? new Set();
    changed.set(roomId, people.add(userId));
    due(change === 'figures' ? figuresMs : gatherMs);
  });

  function note(work: () => void): void {
    hearsElsewhere = true;
    try {
      work();
    } finally {
      hearsElsewhere = false;
    }
  }

  function hear({ node, says, rooms }: Word): void {
    heardAtMs.set(node, performance.now());
    if (says === 'ask') return sayAllSoon();
    if (says === 'bye') {
      heardAtMs.delete(node);
      return note(() => book.forget(node));
    }
    if (says === 'all') return note(() => book.heardAll(node, rooms));
    // Nothing is known of what came before.
    if (!book.knows(node)) return void say('ask');
    if (says === 'changes') note(() => rooms.forEach(({ roomId, people, gone }) => book.heard(node, roomId, people, gone)));
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

const wordOf = ({ userId, username, player }: Word['rooms'][number]['people'][number]) => ({ userId, username, player });
