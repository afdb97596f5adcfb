import type { Server } from 'socket.io';
import type { Revoked } from '../../modules/sessions/index.ts';
import { Connection } from './connection.ts';

/** This node's open connections. Socket.IO knows them by channel; what it does not know is kept here, in little space. */
export interface Registry {
  all(): Iterable<Connection>;
  countOfUser(userId: number): number;
  /** Those that have just lost their session. */
  endedBy(what: Revoked): readonly Connection[];
  add(connection: Connection): void;
  remove(connection: Connection): void;
}

export function createRegistry(io: Server): Registry {
  const { adapter, sockets } = io.of('/');
  /** The connections of one session are a chain: a set for each would take more than all else that is kept here. */
  const bySession = new Map<string, Connection>();

  function ofSession(sessionId: string): Connection[] {
    const chain: Connection[] = [];
    for (let one = bySession.get(sessionId); one !== undefined; one = one.next) chain.push(one);
    return chain;
  }

  function ofUser(userId: number): Connection[] {
    const ids = [...(adapter.rooms.get(`user:${userId}`) ?? [])];
    return ids.map((id): unknown => sockets.get(id)?.data).filter((data) => data instanceof Connection);
  }

  return {
    *all() {
      for (const { data } of sockets.values()) if (data instanceof Connection) yield data;
    },
    countOfUser: (userId) => adapter.rooms.get(`user:${userId}`)?.size ?? 0,
    endedBy: (what) => ('userId' in what ? ofUser(what.userId) : what.sessionIds.flatMap(ofSession)),
    add(connection) {
      connection.next = bySession.get(connection.actor.sessionId);
      bySession.set(connection.actor.sessionId, connection);
    },
    remove(connection) {
      const { sessionId } = connection.actor;
      const rest = ofSession(sessionId).filter((one) => one !== connection);
      for (const [nth, one] of rest.entries()) one.next = rest[nth + 1];
      if (rest[0] === undefined) bySession.delete(sessionId);
      else bySession.set(sessionId, rest[0]);
    },
  };
}
