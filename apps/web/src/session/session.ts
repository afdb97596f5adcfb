import { createHttpClient, type HttpClient, NetworkError, type Store, type Tokens, type TokenStore } from '@watchparty/client';
import type { GuestBody, GuestSignedIn, LoginBody, OwnProfile, RegisterBody } from '@watchparty/protocol';
import type { KeptTexts } from './storage.ts';
import type { Tabs } from './tabs.ts';

export type Guest = GuestSignedIn['guest'];

export type SessionState =
  | { readonly status: 'starting' }
  /** Whether one is signed in is not known: the server did not answer. */
  | { readonly status: 'unreachable' }
  /** `ended`: not by oneself. */
  | { readonly status: 'signed-out'; readonly ended: boolean }
  | { readonly status: 'signed-in'; readonly user: OwnProfile }
  | { readonly status: 'guest'; readonly guest: Guest };

export interface Session extends Store<SessionState> {
  readonly http: HttpClient;
  readonly tokens: TokenStore;
  /** Finds out whether one is signed in. */
  start(): Promise<void>;
  login(credentials: LoginBody): Promise<void>;
  register(account: RegisterBody): Promise<void>;
  becomeGuest(guest: GuestBody): Promise<void>;
  logout(): Promise<void>;
  /** One's own profile has changed. */
  profileChanged(user: OwnProfile): void;
  close(): void;
}

interface Deps {
  readonly tabs: Tabs;
  readonly kept: KeptTexts;
  readonly keptInTab: KeptTexts;
}

/** Somebody has signed in here; the token itself is in a cookie that scripts cannot read. */
const HINT = 'signed-in';
/** A guest has no cookie: their tokens live as long as the tab. */
const GUEST = 'guest';

/**
 * Who is using this browser. The access token lives in memory only and the refresh token in a cookie that only the server
 * reads, so a reload asks the server for a new access token, if somebody has signed in here before.
 */
export function createSession({ tabs, kept, keptInTab }: Deps): Session {
  let state: SessionState = { status: 'starting' };
  let held: Tokens | undefined;
  const listeners = new Set<() => void>();

  function put(next: SessionState): void {
    state = next;
    if (next.status === 'signed-in') kept.set(HINT, '1');
    if (next.status === 'signed-out') {
      kept.set(HINT, null);
      keptInTab.set(GUEST, null);
    }
    for (const listener of listeners) listener();
  }

  const keepGuest = (guest: Guest): void => keptInTab.set(GUEST, JSON.stringify({ guest, tokens: held }));

  const tokens: TokenStore = {
    get: () => held,
    set(next) {
      held = next;
      if (next !== undefined && state.status === 'guest') keepGuest(state.guest);
      if (next === undefined && (state.status === 'signed-in' || state.status === 'guest')) put({ status: 'signed-out', ended: true });
    },
  };
  const http = createHttpClient({ baseUrl: '', tokens });

  async function resume(isKnown: boolean): Promise<void> {
    const guest = guestIn(keptInTab.get(GUEST));
    if (guest !== undefined) {
      held = guest.tokens;
      put({ status: 'guest', guest: guest.guest });
      return;
    }
    if (!isKnown && kept.get(HINT) === null) {
      held = undefined;
      put({ status: 'signed-out', ended: false });
      return;
    }
    // Nothing that the server would take: the cookie alone says who one is.
    held = { accessToken: '' };
    const fresh = await http.sessions.refresh();
    if (fresh === undefined) put({ status: 'signed-out', ended: true });
    else put({ status: 'signed-in', user: await http.accounts.profile() });
  }

  /** `isKnown`: another tab says so, whose storage may reach this one later than its word. */
  async function start(isKnown = false): Promise<void> {
    if (state.status !== 'starting') put({ status: 'starting' });
    try {
      await resume(isKnown);
    } catch (error) {
      if (state.status === 'starting') put({ status: 'unreachable' });
      if (!(error instanceof NetworkError)) throw error;
    }
  }

  async function login(credentials: LoginBody): Promise<void> {
    const { user } = await http.accounts.login({ ...credentials, useCookie: true });
    keptInTab.set(GUEST, null);
    put({ status: 'signed-in', user });
    tabs.tell({ type: 'signed-in', userId: user.id });
  }

  const unhear = tabs.hear((news) => {
    if (news.type === 'signed-out' && state.status === 'signed-in') {
      held = undefined;
      put({ status: 'signed-out', ended: false });
    }
    const other = news.type === 'signed-in' && !(state.status === 'signed-in' && state.user.id === news.userId);
    if (other && state.status !== 'guest') start(true).catch(() => {});
    if (news.type === 'profile' && state.status === 'signed-in' && state.user.id === news.user.id) put({ status: 'signed-in', user: news.user });
  });

  return {
    http, tokens, login,
    start: () => start(),
    get state() {
      return state;
    },
    subscribe(listener) {
      const call = (): void => listener();
      listeners.add(call);
      return () => void listeners.delete(call);
    },
    async register(account) {
      const { sessionId } = await http.accounts.register(account);
      // Signing up hands tokens to scripts; signing in anew puts them where only the server reads them.
      await login({ email: account.email, password: account.password });
      await http.sessions.end(sessionId).catch(() => {});
    },
    async becomeGuest(body) {
      const { guest } = await http.accounts.becomeGuest(body);
      keepGuest(guest);
      put({ status: 'guest', guest });
    },
    async logout() {
      const was = state.status;
      await http.sessions.logout();
      put({ status: 'signed-out', ended: false });
      if (was === 'signed-in') tabs.tell({ type: 'signed-out' });
    },
    profileChanged(user) {
      put({ status: 'signed-in', user });
      tabs.tell({ type: 'profile', user });
    },
    close: unhear,
  };
}

function guestIn(text: string | null): { readonly guest: Guest; readonly tokens: Tokens } | undefined {
  if (text === null) return undefined;
  try {
    const value = JSON.parse(text) as { readonly guest: Guest; readonly tokens: Tokens };
    return Date.parse(value.guest.expiresAt) > Date.now() ? value : undefined;
  } catch {
    return undefined;
  }
}
