import type { Envelope } from './envelope.ts';

/** What an envelope is worth beside those heard before it. */
export interface Heard {
  /** Something of this sender was missed, or may have been: it is new to us and has said things already. BU4 */
  readonly gap: boolean;
  /** It stands after one that was heard already, in a line that keeps each sender's order: not for handlers. BU2 */
  readonly late: boolean;
}

export interface Senders {
  hear(envelope: Envelope, nowMs: number): Heard;
  /** Forgets those that fell silent: they ended, or will be new to us. */
  forgetSilentSince(sinceMs: number): void;
}

/** The last number heard of each sender. */
export function createSenders(): Senders {
  const last = new Map<string, { n: number; atMs: number }>();
  return {
    hear({ from, n, channel }, nowMs) {
      const known = last.get(from)?.n ?? 0;
      const late = channel !== undefined && n <= known;
      last.set(from, { n: Math.max(n, known), atMs: nowMs });
      return { gap: n > (channel === undefined ? known : known + 1), late };
    },
    forgetSilentSince(sinceMs) {
      for (const [from, { atMs }] of last) if (atMs < sinceMs) last.delete(from);
    },
  };
}
