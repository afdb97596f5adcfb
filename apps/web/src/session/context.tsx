import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import type { HttpClient } from '@watchparty/client';
import type { OwnProfile } from '@watchparty/protocol';
import type { Session, SessionState } from './session.ts';
import type { Tabs } from './tabs.ts';

interface Given {
  readonly session: Session;
  readonly tabs: Tabs;
}

const Context = createContext<Given | undefined>(undefined);

export function SessionProvider({ children, ...given }: Given & { readonly children: ReactNode }) {
  return <Context value={given}>{children}</Context>;
}

function useGiven(): Given {
  const given = useContext(Context);
  if (given === undefined) throw new Error('There is no SessionProvider');
  return given;
}

export const useSession = (): Session => useGiven().session;
export const useTabs = (): Tabs => useGiven().tabs;
export const useHttp = (): HttpClient => useGiven().session.http;

export function useSessionState(): SessionState {
  const session = useSession();
  return useSyncExternalStore(session.subscribe, () => session.state);
}

/** Undefined for guests and strangers. */
export function useUser(): OwnProfile | undefined {
  const state = useSessionState();
  return state.status === 'signed-in' ? state.user : undefined;
}

/** As rooms know whoever is here. */
export function usePerson(): { readonly userId: number; readonly username: string; readonly isGuest: boolean } | undefined {
  const state = useSessionState();
  if (state.status === 'signed-in') return { userId: state.user.id, username: state.user.username, isGuest: false };
  if (state.status === 'guest') return { userId: state.guest.id, username: state.guest.username, isGuest: true };
  return undefined;
}
