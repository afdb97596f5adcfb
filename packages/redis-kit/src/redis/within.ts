/**
 * What `work` gives, or a rejection after `timeoutMs`. A turn of this process that takes long is not blamed on Redis:
 * when the time is up, what has arrived meanwhile is read first (timers run before the sockets are read, immediates after).
 */
export function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error(`Redis did not answer within ${timeoutMs} ms`));
    const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
    work.then((value) => {
      clearTimeout(timer);
      return resolve(value);
    }).catch((error: unknown) => {
      clearTimeout(timer);
      reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
}
