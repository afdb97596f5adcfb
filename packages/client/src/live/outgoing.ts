import Type from 'typebox';
import { ApiError } from '../api-error.ts';
import { read } from './reading.ts';
import { createStore, type Store } from './store.ts';
import { fullJitterMs, pause, type Timers } from './timers.ts';

/** `sending`: not acknowledged yet, whether or not there is a connection. `sent`: acknowledged; gone when it has come back in order. */
export type OutgoingStatus = 'sending' | 'sent' | 'failed';

export interface OutgoingMessage extends NewDirectMessage {
  readonly clientMessageId: string;
  readonly status: OutgoingStatus;
  /** Why the server refused it. */
  readonly error?: ApiError;
}

export interface NewMessage {
  readonly content: string;
  readonly replyToId?: string;
}

/** To one person: with a picture, as the upload answered it, or with one elsewhere. */
export interface NewDirectMessage extends NewMessage {
  readonly imageUrl?: string;
  readonly publicId?: string;
}

/** What the server acknowledges. */
interface Acknowledged {
  readonly clientMessageId: string | null;
}

/**
 * Where unsent messages survive a reload, such as `localStorage`: texts by a key. One per account, for the keys tell
 * rooms apart, not people.
 */
export interface OutgoingStorage {
  get(key: string): string | null | undefined | Promise<string | null | undefined>;
  /** Null: forget it. */
  set(key: string, value: string | null): void | Promise<void>;
}

interface Deps<M extends Acknowledged> {
  /** Tells what is kept of this from what is kept of others: `5` of a room. */
  readonly name: string;
  readonly storage: OutgoingStorage | undefined;
  readonly newId: () => string;
  readonly timers: Timers;
  readonly random: () => number;
  /** Asks the server once; rejects with `ApiError` where it refuses. */
  readonly send: (message: NewDirectMessage & { readonly clientMessageId: string }) => Promise<M>;
  /** Resolves when asking makes sense: the room has been entered. */
  readonly ready: (signal: AbortSignal) => Promise<unknown>;
  readonly acknowledged: (message: M) => void;
}

export interface Outgoing {
  readonly store: Store<readonly OutgoingMessage[]>;
  add(message: NewDirectMessage): OutgoingMessage;
  /** Sends again what was refused, after all others. */
  retry(clientMessageId: string): void;
  /** Forgets what was refused. */
  discard(clientMessageId: string): void;
  /** These have come back in order. */
  arrived(messages: readonly Acknowledged[]): void;
  close(): void;
}

const Kept = Type.Array(
  Type.Object({
    clientMessageId: Type.String(), content: Type.String(), replyToId: Type.Optional(Type.String()), imageUrl: Type.Optional(Type.String()),
    publicId: Type.Optional(Type.String()), status: Type.Enum(['sending', 'failed']),
  }),
);

const RETRY_FIRST_MS = 500;
const RETRY_CAP_MS = 10_000;

/**
 * One person's messages on their way into a room, or to another: one after the other, each until it is acknowledged or refused, over
 * reconnects and reloads. Sending again is safe, for the server knows the `clientMessageId`. LC12–LC14
 */
export function createOutgoing<M extends Acknowledged>(deps: Deps<M>): Outgoing {
  const { storage, timers, random } = deps;
  const key = `watchparty:outgoing:${deps.name}`;
  const store = createStore<readonly OutgoingMessage[]>([]);
  const closing = new AbortController();
  let running = false;

  function keep(): void {
    if (storage === undefined) return;
    // One after the other, or an older state could win; and not before what is kept has been read.
    written = written.then(() => storage.set(key, textOf(store.state))).catch(() => {});
  }

  function put(next: readonly OutgoingMessage[]): void {
    store.set(next);
    keep();
  }

  const update = (clientMessageId: string, change: Partial<OutgoingMessage>): void =>
    put(store.state.map((message) => (message.clientMessageId === clientMessageId ? { ...message, ...change } : message)));

  /** True when it is done with: acknowledged or refused. */
  async function attempt(message: OutgoingMessage): Promise<boolean> {
    const { status: _status, error: _error, ...unsent } = message;
    const { clientMessageId } = unsent;
    try {
      const sent = await deps.send(unsent);
      update(clientMessageId, { status: 'sent' });
      deps.acknowledged(sent);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || isPassing(error)) throw error;
      update(clientMessageId, { status: 'failed', error });
      return true;
    }
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    for (let failures = 0; !closing.signal.aborted; ) {
      const next = store.state.find(({ status }) => status === 'sending');
      if (next === undefined) break;
      try {
        await deps.ready(closing.signal);
        await attempt(next);
        failures = 0;
      } catch (error) {
        if (closing.signal.aborted) break;
        const leastMs = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
        await pause(timers, leastMs + fullJitterMs(failures, { firstMs: RETRY_FIRST_MS, capMs: RETRY_CAP_MS, random }), closing.signal);
        failures += 1;
      }
    }
    running = false;
  }

  async function restore(): Promise<void> {
    if (storage === undefined) return;
    const kept = keptIn(await storage.get(key));
    const held = new Set(store.state.map(({ clientMessageId }) => clientMessageId));
    // What was kept is older than what was added while it was read.
    put([...kept.filter(({ clientMessageId }) => !held.has(clientMessageId)), ...store.state]);
  }

  const restored = restore().catch(() => {});
  let written: Promise<void> = restored;
  const start = (): void => void restored.then(run);
  start();

  return {
    store,
    add(given) {
      const message: OutgoingMessage = { ...given, clientMessageId: deps.newId(), status: 'sending' };
      put([...store.state, message]);
      start();
      return message;
    },
    retry(clientMessageId) {
      const failed = store.state.find((message) => message.clientMessageId === clientMessageId && message.status === 'failed');
      if (failed === undefined) return;
      const { error: _, ...again } = failed;
      put([...store.state.filter((message) => message !== failed), { ...again, status: 'sending' }]);
      start();
    },
    discard(clientMessageId) {
      put(store.state.filter((message) => message.clientMessageId !== clientMessageId || message.status !== 'failed'));
    },
    arrived(messages) {
      const ids = new Set(messages.map(({ clientMessageId }) => clientMessageId));
      if (store.state.some(({ clientMessageId }) => ids.has(clientMessageId))) {
        put(store.state.filter(({ clientMessageId, status }) => status === 'failed' || !ids.has(clientMessageId)));
      }
    },
    close: () => closing.abort(),
  };
}

/** The server may take it later: it is busy, or something it needs is away. */
const isPassing = ({ status, code }: ApiError): boolean =>
  status >= 500 || status === 429 || code === 'response.unreadable' || code === 'request.conflict';

function textOf(messages: readonly OutgoingMessage[]): string | null {
  const unsent = messages.filter(({ status }) => status !== 'sent').map(({ error: _error, ...message }) => message);
  return unsent.length === 0 ? null : JSON.stringify(unsent);
}

function keptIn(text: string | null | undefined): readonly OutgoingMessage[] {
  try {
    return read(Kept, JSON.parse(text ?? '[]')) ?? [];
  } catch {
    return [];
  }
}
