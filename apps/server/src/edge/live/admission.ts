import type { RateLimiter } from '@watchparty/redis-kit/rate-limit';
import type { Socket } from 'socket.io';
import type { Actor } from '../../kernel/actor.ts';
import type { Identity } from '../../kernel/identity.ts';
import { Problem } from '../../kernel/problem.ts';
import type { LiveRefusal } from '../../kernel/telemetry.ts';
import type { Admitted } from './connection.ts';
import type { Registry } from './registry.ts';

interface Settings {
  /** 0: no limit. */
  readonly connectionsPerUserMax: number;
}

interface Deps {
  readonly identity: Pick<Identity, 'authenticate' | 'verified'>;
  readonly registry: Pick<Registry, 'countOfUser'>;
  /** Of those whose tokens are refused, by their address. */
  readonly strangers: RateLimiter;
}

/** A refusal, and how it is counted. */
export class Refused extends Error {
  readonly reason: LiveRefusal;
  readonly problem: Problem;
  constructor(reason: LiveRefusal, problem: Problem) {
    super(problem.detail, { cause: problem });
    this.reason = reason;
    this.problem = problem;
  }
}

const IN_URL = ['token', 'access_token', 'accessToken', 'auth', 'authorization'];

/** Finds out who opens a connection, by the access token in the handshake's payload; throws `Refused`, or what the identity throws. */
export function createAdmission({ connectionsPerUserMax }: Settings, { identity, registry, strangers }: Deps) {
  async function authenticate(token: string, subject: string): Promise<Actor> {
    try {
      return await identity.authenticate(token);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      // Whoever tries tokens is counted as the stranger they are.
      const decision = await strangers.check(subject);
      if (decision.allowed) throw new Refused('token', error);
      const retryAfterSeconds = Math.ceil(decision.retryAfterMs / 1000);
      throw new Refused('rate', new Problem('ratelimit.exceeded', { detail: strangers.message, retryAfterSeconds }));
    }
  }

  return async ({ handshake }: Pick<Socket, 'handshake'>, subject: string): Promise<Admitted> => {
    const { token } = handshake.auth as { token?: unknown };
    // Addresses are written into logs on the way here.
    if (IN_URL.some((name) => Object.hasOwn(handshake.query, name))) throw new Refused('token', new Problem('live.token_in_address'));
    if (token === undefined || token === null || token === '') throw new Refused('token', new Problem('auth.required'));
    if (typeof token !== 'string') throw new Refused('token', new Problem('auth.token_invalid'));
    const actor = await authenticate(token, subject);
    if (connectionsPerUserMax > 0 && registry.countOfUser(actor.userId) >= connectionsPerUserMax) {
      throw new Refused('connections', new Problem('live.too_many_connections', { detail: 'You have many connections open already; close some' }));
    }
    const { userId, sessionId, guestOf } = actor;
    const claims = identity.verified(token) ?? { userId, sessionId, expiresAtMs: 0 };
    return { actor, claims, endsAtMs: guestOf === undefined ? Infinity : claims.expiresAtMs };
  };
}
