/** A value that changes, for `useSyncExternalStore(store.subscribe, () => store.state)` and anything like it. */
export interface Store<T> {
  /** The same object until something in it changes. */
  readonly state: T;
  /** Calls after each change; answers what ends that. */
  readonly subscribe: (listener: () => void) => () => void;
}

export interface WritableStore<T> extends Store<T> {
  set(next: T): void;
}

export function createStore<T>(initial: T): WritableStore<T> {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get state() {
      return state;
    },
    set(next) {
      if (Object.is(next, state)) return;
      state = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      // Its own function, for the same listener may subscribe twice.
      const call = (): void => listener();
      listeners.add(call);
      return () => void listeners.delete(call);
    },
  };
}

/** Resolves when `holds` does; rejects with the signal's reason. */
export function until<T>(store: Store<T>, holds: (state: T) => boolean, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      if (signal?.aborted === true) reject(signal.reason as Error);
      else if (holds(store.state)) resolve(store.state);
      else return;
      end();
      signal?.removeEventListener('abort', settle);
    };
    let end = (): void => {};
    if (signal?.aborted !== true && holds(store.state)) {
      resolve(store.state);
      return;
    }
    end = store.subscribe(settle);
    signal?.addEventListener('abort', settle);
    if (signal?.aborted === true) settle();
  });
}
