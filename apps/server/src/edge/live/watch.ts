import type { Clock } from '../../kernel/clock.ts';
import type { Claims } from '../../kernel/identity.ts';
import type { Log } from '../../kernel/log.ts';
import type { Revocations, Revoked, Sessions } from '../../modules/sessions/index.ts';
import type { Connection } from './connection.ts';
import type { Registry } from './registry.ts';

/** Sees to it that no connection outlives its session. */
export interface SessionWatch {
  /**
   * Begins to listen for one who is about to be asked for their session. The answer is called once their connection is
   * in the registry: it says whether the session has ended meanwhile; `undefined`, that nobody came of it.
   */
  expect(): (connection: Connection | undefined) => void;
  /** Asks for the sessions of all who are due for it; called once a second. */
  tick(): void;
  close(): void;
}

interface Deps {
  readonly registry: Registry;
  readonly revocations: Pick<Revocations, 'listen'>;
  readonly sessions: Pick<Sessions, 'validateSession'>;
  readonly end: (connection: Connection) => void;
  /** Its session is in use. */
  readonly seen: (claims: Claims) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** So that a session which has merely run out ends its connections too, and one seen by nothing else counts as seen. */
const ASK_EVERY_MS = 300_000;
const AT_ONCE = 50;

interface Heard {
  readonly revoked: Revoked[];
  missed: boolean;
}

export function createSessionWatch({ registry, revocations, sessions, end, seen, clock, log }: Deps): SessionWatch {
  const expected = new Set<Heard>();
  /** Whom to ask for, by session. */
  let due = new Map<string, Connection[]>();
  let asking = false;
  let askedAllAtMs = clock.now();
  let closed = false;

  const stopListening = revocations.listen({
    revoked(what) {
      for (const heard of expected) heard.revoked.push(what);
      for (const connection of registry.endedBy(what)) end(connection);
    },
    mayHaveMissed() {
      for (const heard of expected) heard.missed = true;
      askForAll();
    },
  });

  function askForAll(): void {
    askedAllAtMs = clock.now();
    due = Map.groupBy(registry.all(), ({ actor }) => actor.sessionId);
    void askForDue();
  }

  /** Those who cannot be asked for stay due. */
  async function askForDue(): Promise<void> {
    if (asking) return;
    asking = true;
    const later: [string, Connection[]][] = [];
    while (due.size > 0 && !closed) {
      const some: [string, Connection[]][] = [];
      for (const entry of due) {
        due.delete(entry[0]);
        if (some.push(entry) === AT_ONCE) break;
      }
      await Promise.all(some.map(async ([sessionId, connections]) => {
        const valid = await isValid(connections[0]!);
        if (valid === undefined) later.push([sessionId, connections]);
        else if (valid) seen(connections[0]!.claims);
        else for (const connection of connections) end(connection);
      }));
    }
    for (const [sessionId, connections] of later) if (!due.has(sessionId)) due.set(sessionId, connections);
    asking = false;
  }

  async function isValid({ actor: { userId, sessionId } }: Connection): Promise<boolean | undefined> {
    try {
      return (await sessions.validateSession({ userId, sessionId })).valid;
    } catch (err) {
      log.debug({ err }, 'A session could not be asked for');
      return undefined;
    }
  }

  return {
    expect() {
      const heard: Heard = { revoked: [], missed: false };
      expected.add(heard);
      return (connection) => {
        expected.delete(heard);
        if (connection === undefined) return;
        if (heard.revoked.some((what) => isOf(what, connection))) return end(connection);
        if (!heard.missed) return;
        due.set(connection.actor.sessionId, [...(due.get(connection.actor.sessionId) ?? []), connection]);
        void askForDue();
      };
    },
    tick() {
      if (clock.now() - askedAllAtMs >= ASK_EVERY_MS) askForAll();
      else if (due.size > 0) void askForDue();
    },
    close() {
      closed = true;
      stopListening();
    },
  };
}

const isOf = (what: Revoked, { actor }: Connection): boolean =>
  'userId' in what ? what.userId === actor.userId : what.sessionIds.includes(actor.sessionId);
