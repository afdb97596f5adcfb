import { useEffect, useState, useSyncExternalStore } from 'react';
import { createLiveClient, type LiveClient, type OutgoingStorage, type RoomSession, type Store } from '@watchparty/client';
import { useSession } from '../../session/context.tsx';
import { kept } from '../../session/storage.ts';

export interface Visit {
  readonly live: LiveClient;
  readonly room: RoomSession;
}

interface Options {
  readonly roomId: number;
  readonly userId: number;
  readonly invite: string | undefined;
  readonly password: string | undefined;
}

/** A live connection that is in the room for as long as this is shown. */
export function useRoom({ roomId, userId, invite, password }: Options): Visit | undefined {
  const { http, tokens } = useSession();
  const [live, setLive] = useState<LiveClient>();
  const [visit, setVisit] = useState<Visit>();

  useEffect(() => {
    // One per account, for the keys tell rooms apart, not people.
    const outgoingStorage: OutgoingStorage = {
      get: (key) => kept.get(`${userId}:${key}`),
      set: (key, value) => kept.set(`${userId}:${key}`, value),
    };
    const client = createLiveClient({ baseUrl: '', tokens, http, outgoingStorage });
    setLive(client);
    return () => {
      setLive(undefined);
      client.close();
    };
  }, [http, tokens, userId]);

  useEffect(() => {
    if (live === undefined) return;
    const room = live.joinRoom(roomId, { ...(invite !== undefined && { invite }), ...(password !== undefined && { password }) });
    setVisit({ live, room });
    return () => {
      setVisit(undefined);
      room.close();
    };
  }, [live, roomId, invite, password]);

  return visit;
}

export const useStore = <T>(store: Store<T>): T => useSyncExternalStore(store.subscribe, () => store.state);
