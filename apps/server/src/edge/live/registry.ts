import type { Revoked } from '../../modules/sessions/index.ts';
import type { Connection } from './connection.ts';

/** This node's open connections, by whose and by which session they are. */
export interface Registry {
  readonly size: number;
  all(): Iterable<Connection>;
  ofUser(userId: number): ReadonlySet<Connection>;
  /** Those that have just lost their session. */
  endedBy(what: Revoked): readonly Connection[];
  add(connection: Connection): void;
  remove(connection: Connection): void;
}

const NONE: ReadonlySet<Connection> = new Set();

export function createRegistry(): Registry {
  const byUser = new Map<number, Set<Connection>>();
  const bySession = new Map<string, Set<Connection>>();
  const everyone = new Set<Connection>();

  return {
    get size() {
      return everyone.size;
    },
    all: () => everyone,
    ofUser: (userId) => byUser.get(userId) ?? NONE,
    endedBy: (what) =>
      'userId' in what ? [...(byUser.get(what.userId) ?? [])] : what.sessionIds.flatMap((id) => [...(bySession.get(id) ?? [])]),
    add(connection) {
      everyone.add(connection);
      addTo(byUser, connection.actor.userId, connection);
      addTo(bySession, connection.actor.sessionId, connection);
    },
    remove(connection) {
      everyone.delete(connection);
      removeFrom(byUser, connection.actor.userId, connection);
      removeFrom(bySession, connection.actor.sessionId, connection);
    },
  };
}

function addTo<K>(map: Map<K, Set<Connection>>, key: K, connection: Connection): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([connection]));
  else set.add(connection);
}

function removeFrom<K>(map: Map<K, Set<Connection>>, key: K, connection: Connection): void {
  const set = map.get(key);
  set?.delete(connection);
  if (set?.size === 0) map.delete(key);
}
