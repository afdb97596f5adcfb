/**
 * Messages may have been missed, or are being missed:
 * - `disconnected`: from now on nothing is heard
 * - `reconnected`: heard again; what was said in between was missed
 * - `skipped`: a sender's numbers skip, or a sender is heard for the first time in the middle of its count
 * - `silent`: not even our own heartbeat came back in time
 */
export type Gap = 'disconnected' | 'reconnected' | 'skipped' | 'silent';

export interface SubscribeOptions {
  /**
   * Distrust what was learned from this channel: called before the message that showed the gap is handled.
   * May be called more often than messages are missed, never less.
   */
  readonly onGap: (gap: Gap) => void;
}

export interface Bus {
  /** Whether messages are heard now, as last known. */
  connected(): boolean;
  /**
   * Tells the other nodes; they hear it once or, if it is lost on its way, have a gap. Resolves when it was handed
   * over, rejects when it was not, or when that is not known. `payload` is what JSON can say.
   */
  publish(channel: string, payload: unknown): Promise<void>;
  /**
   * `handler` gets what other nodes publish to `channel` and `check` accepts, each sender's messages in their order;
   * never what this node publishes. One that throws or rejects is logged and disturbs nobody.
   * Resolves when messages are heard or, with Redis away, at once: then the gap `reconnected` says when.
   */
  subscribe<T>(
    channel: string,
    check: (payload: unknown) => payload is T,
    handler: (payload: T) => void | Promise<void>,
    options: SubscribeOptions,
  ): Promise<Subscription>;
  /** Says nothing and hears nothing any more. */
  close(): Promise<void>;
}

export interface Subscription {
  /** After this the handler is not called any more. */
  close(): void;
}

export interface BusListener {
  message(text: string): void;
  connected(): void;
  disconnected(error?: Error): void;
}

/** Carries texts to all nodes on the same line, the sender's own included; may lose some when a connection breaks. */
export interface BusDriver {
  /** Begins to listen; called once. */
  listen(listener: BusListener): void;
  publish(text: string): Promise<void>;
  /** Hears again from scratch: the line seems dead although nobody said so. */
  reconnect(): void;
  close(): Promise<void>;
}

/** pino's logger fits. */
export interface BusLog {
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
}
