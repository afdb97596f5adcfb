import type { ServerEvent } from '@watchparty/protocol';
import type { Socket } from 'socket.io';
import type { Static, TSchema } from 'typebox';
import type { Actor } from '../../kernel/actor.ts';
import type { Claims } from '../../kernel/identity.ts';
import type { Channel, LiveSocket } from '../../kernel/live.ts';
import type { LiveEnd } from '../../kernel/telemetry.ts';

const WINDOW_MS = 10_000;

/** Who has opened a connection, and until when it may stay. */
export interface Admitted {
  readonly actor: Actor;
  readonly claims: Claims;
  /** A guest's connection ends with their token, everybody else's with their session. */
  readonly endsAtMs: number;
}

/** All that is kept of one open connection beside Socket.IO's own. */
export class Connection implements LiveSocket {
  readonly socket: Socket;
  readonly actor: Actor;
  readonly claims: Claims;
  /** When it ends by itself: a guest's, with their token. */
  readonly endsAtMs: number;
  /** Of the same session. */
  next: Connection | undefined;
  /** Events that are being handled. */
  underWay = 0;
  /** Why it was ended, once it is. */
  end: LiveEnd = 'left';
  #windowMs = 0;
  #inWindow = 0;
  #freeInWindow = 0;

  constructor(socket: Socket, { actor, claims, endsAtMs }: Admitted) {
    this.socket = socket;
    this.actor = actor;
    this.claims = claims;
    this.endsAtMs = endsAtMs;
  }

  get id(): string {
    return this.socket.id;
  }

  // In memory, so that both are done when they return.
  join(channel: Channel): void {
    if (this.socket.connected) void this.socket.join(channel);
  }

  leave(channel: Channel): void {
    void this.socket.leave(channel);
  }

  tell<P extends TSchema>(event: ServerEvent<P>, payload: Static<P>): void {
    this.socket.emit(event.name, payload);
  }

  /** How many events came in these ten seconds, this one too. */
  count(nowMs: number): number {
    if (nowMs - this.#windowMs >= WINDOW_MS) {
      this.#windowMs = nowMs;
      this.#inWindow = 0;
      this.#freeInWindow = 0;
    }
    return (this.#inWindow += 1);
  }

  /** How many of them no limit counts; each is told once, after `count`. */
  countFree(): number {
    return (this.#freeInWindow += 1);
  }
}
