/** Waits for `ms`, or until the browser has a network again; rejects with the signal's reason. */
export function pauseUntilWorthIt(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const end = (settle: () => void) => (): void => {
      clearTimeout(timer);
      removeEventListener('online', online);
      signal.removeEventListener('abort', stop);
      settle();
    };
    const online = end(resolve);
    const stop = end(() => reject(signal.reason as Error));
    const timer = setTimeout(online, ms);
    addEventListener('online', online);
    signal.addEventListener('abort', stop);
  });
}
