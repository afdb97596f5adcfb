/** `source`, but an abort of `signal` ends it with the signal's reason even while its next chunk is awaited. */
export async function* abortable(source: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  signal.throwIfAborted();
  const iterator = source[Symbol.asyncIterator]();
  // One slot, not `Promise.race` with a promise of the abort: that one would keep every chunk alive until the end.
  let rejectNext: (reason: unknown) => void = () => undefined;
  const onAbort = (): void => rejectNext(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  let ended = false;
  try {
    while (true) {
      const result = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        rejectNext = reject;
        iterator.next().then(resolve, reject);
      });
      ended = result.done === true;
      if (result.done === true) return;
      yield result.value;
      signal.throwIfAborted();
    }
  } catch (error) {
    ended ||= !signal.aborted;
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (!ended) {
      const returned = iterator.return?.();
      returned?.catch(() => undefined);
      // A generator that waits for its next chunk cannot be returned until it comes: nobody may wait for that.
      if (!signal.aborted) await returned;
    }
  }
}
