import type { LiveClient } from '@watchparty/client';
import { friendsChanged, friendsPresence } from '@watchparty/protocol';

export interface FriendNewsListener {
  /** How one stands with somebody has changed, or something may have been missed. */
  readonly changed: () => void;
  /** Friends have come online, or gone. */
  readonly presence: (online: ReadonlyMap<number, boolean>) => void;
}

export interface FriendNews {
  /** Answers what ends that. */
  listen(listener: FriendNewsListener): () => void;
}

/** What the server tells of one's friends; each new connection may have missed something. */
export function createFriendNews({ on, connection }: Pick<LiveClient, 'on' | 'connection'>): FriendNews {
  return {
    listen({ changed, presence }) {
      let last: string | undefined;
      const look = (): void => {
        const { state } = connection;
        if (state.status !== 'connected' || state.connectionId === last) return;
        last = state.connectionId;
        changed();
      };
      look();
      const ends = [
        on(friendsChanged, changed),
        on(friendsPresence, ({ items }) => presence(new Map(items.map(({ userId, online }) => [userId, online])))),
        connection.subscribe(look),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
