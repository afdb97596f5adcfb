import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { useSession, useUser } from '../session/context.tsx';
import type { OpenLive } from './open-live.ts';

interface Given {
  /** Undefined while it is on its way, and for guests and strangers. */
  readonly opened: OpenLive | undefined;
  /** The part of the app that connects could not be loaded; browsers try that once for each page. */
  readonly error: unknown;
}

const Context = createContext<Given | undefined>(undefined);

/** A live connection for as long as somebody is signed in, over all screens. Rooms have one of their own, which ends with the visit. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const { http, tokens } = useSession();
  const userId = useUser()?.id;
  const [opened, setOpened] = useState<OpenLive>();
  const [error, setError] = useState<unknown>();

  useEffect(() => {
    if (userId === undefined) return undefined;
    let own: OpenLive | undefined;
    let over = false;
    async function open(): Promise<void> {
      const { openLive } = await import('./open-live.ts');
      if (over) return;
      own = openLive({ http, tokens });
      setOpened(own);
    }
    open().catch((failure: unknown) => {
      if (!over) setError(failure);
    });
    return () => {
      over = true;
      setOpened(undefined);
      setError(undefined);
      own?.close();
    };
  }, [http, tokens, userId]);

  const given = useMemo(() => ({ opened, error }), [opened, error]);
  return <Context value={given}>{children}</Context>;
}

export function useLive(): Given {
  const given = useContext(Context);
  if (given === undefined) throw new Error('There is no LiveProvider');
  return given;
}
