import type { Redis } from 'ioredis';

/** Looks so often within the time. */
const LOOKS = 4;

/**
 * Ends a connection on which a command has had no answer for `silentMs`: its commands are rejected and a new connection is
 * tried. One look now and then, where a time limit of its own would cost every command a timer. The answer stops it.
 */
export function endSilence(client: Redis, silentMs: number): () => void {
  let oldest: unknown;
  let seen = 0;
  const timer = setInterval(() => {
    const now = client.commandQueue.peekFront();
    if (now === undefined || now !== oldest) {
      oldest = now;
      seen = 0;
      return;
    }
    seen += 1;
    if (seen < LOOKS) return;
    oldest = undefined;
    client.stream.destroy(new Error(`Redis has said nothing for ${silentMs} ms`));
  }, silentMs / LOOKS).unref();
  return () => clearInterval(timer);
}
