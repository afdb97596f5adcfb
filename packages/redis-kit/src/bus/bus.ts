import { randomUUID } from 'node:crypto';
import { parseEnvelope } from './envelope.ts';
import { createSenders } from './senders.ts';
import { createSubscriptions } from './subscriptions.ts';
import type { Bus, BusDriver, BusLog, Gap } from './types.ts';

interface Deps {
  readonly driver: BusDriver;
  readonly log: BusLog;
  /** Of this node in this life: never used before. */
  readonly nodeId?: string;
  /** How often this node says how far it has counted: how soon a lost last message is noticed. */
  readonly heartbeatMs?: number;
}

/** Without an echo of our own for so many heartbeats, the line is dead whatever the connection says. */
const SILENT_AFTER = 3;
/** A sender that has not been heard for so many heartbeats is forgotten. */
const FORGET_AFTER = 30;

/** Publish and subscribe between nodes. Starts at once; `close` ends it and its driver. */
export function createBus({ driver, log, nodeId = randomUUID(), heartbeatMs = 1000 }: Deps): Bus {
  const senders = createSenders();
  const subscriptions = createSubscriptions(log);
  let state: 'connecting' | 'connected' | 'disconnected' | 'closed' = 'connecting';
  let waiting: (() => void)[] = [];
  /** What this node has published, or tried to. */
  let published = 0;
  let echoAtMs = performance.now();
  let warnedOfStrangers = false;

  /** Tells of a change once, and lets go who waits for the first. */
  function become(next: 'connected' | 'disconnected', gap: Gap | undefined): void {
    state = next;
    if (gap !== undefined) subscriptions.gap(gap);
    for (const resolve of waiting) resolve();
    waiting = [];
  }

  function deaf(gap: Gap, error?: Error): void {
    if (state === 'disconnected' || state === 'closed') return;
    log.warn({ err: error }, 'The bus does not hear other nodes');
    become('disconnected', gap);
  }

  function hearing(): void {
    if (state === 'connected' || state === 'closed') return;
    if (state === 'disconnected') log.info({}, 'The bus hears other nodes again');
    become('connected', state === 'disconnected' ? 'reconnected' : undefined);
  }

  function receive(text: string): void {
    if (state === 'closed') return;
    const envelope = parseEnvelope(text);
    if (envelope === undefined) {
      if (!warnedOfStrangers) log.warn({}, 'Somebody else writes to the channel of the bus; it is left out');
      warnedOfStrangers = true;
      return;
    }
    if (envelope.from === nodeId) {
      echoAtMs = performance.now();
      return hearing();
    }
    const { gap, late } = senders.hear(envelope, performance.now());
    // Not yet told that they hear, listeners hear nothing: `reconnected` will stand for all of it.
    if (state !== 'connected') return;
    if (gap) subscriptions.gap('skipped');
    if (envelope.channel !== undefined && !late) subscriptions.deliver(envelope.channel, envelope.payload);
  }

  /** Who cannot tell now tells the next time; nobody waits for it. */
  function beat(): void {
    driver.publish(JSON.stringify({ from: nodeId, n: published })).catch(() => undefined);
  }

  function watch(): void {
    const nowMs = performance.now();
    if (nowMs - echoAtMs > SILENT_AFTER * heartbeatMs) {
      // From here on as long again for the next attempt.
      echoAtMs = nowMs;
      deaf('silent');
      driver.reconnect();
    }
    senders.forgetSilentSince(nowMs - FORGET_AFTER * heartbeatMs);
    beat();
  }

  // After a busy turn of our own what came in is read first: timers run before it, immediates behind.
  const timer = setInterval(() => setImmediate(() => state === 'closed' || watch()), heartbeatMs);
  timer.unref();
  driver.listen({
    message: receive,
    connected() {
      echoAtMs = performance.now();
      hearing();
      beat();
    },
    disconnected: (error) => deaf('disconnected', error),
  });

  return {
    connected: () => state === 'connected',
    async publish(channel, payload) {
      if (state === 'closed') throw new Error('The bus is closed');
      const json = JSON.stringify(payload);
      if (json === undefined) throw new TypeError('JSON cannot say this payload');
      published += 1;
      await driver.publish(
        `{"from":${JSON.stringify(nodeId)},"n":${published},"channel":${JSON.stringify(channel)},"payload":${json}}`,
      );
    },
    async subscribe(channel, check, handler, { onGap }) {
      if (state === 'closed') throw new Error('The bus is closed');
      const subscription = subscriptions.add(channel, {
        check, handler: handler as (payload: unknown) => void | Promise<void>, onGap,
      });
      if (state === 'disconnected') onGap('disconnected');
      else if (state === 'connecting') await new Promise<void>((resolve) => waiting.push(resolve));
      return subscription;
    },
    async close() {
      if (state === 'closed') return;
      state = 'closed';
      clearInterval(timer);
      subscriptions.clear();
      for (const resolve of waiting) resolve();
      await driver.close();
    },
  };
}
