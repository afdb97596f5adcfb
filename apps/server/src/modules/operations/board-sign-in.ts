import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Identity } from '../../kernel/identity.ts';
import { timeOfUuidv7 } from '../../kernel/ids.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { Accounts, Client } from '../accounts/index.ts';
import type { Sessions } from '../sessions/index.ts';

interface Settings {
  /** The cookie is sent below this path only. */
  readonly path: string;
  /** Such as `https://party.example.org`. */
  readonly publicUrl: string;
}

interface Deps {
  readonly accounts: Pick<Accounts, 'login'>;
  readonly sessions: Pick<Sessions, 'end' | 'renewAccess'> & { readonly identity: Pick<Identity, 'authenticate'> };
  readonly clock: Clock;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

interface Credentials {
  readonly name: string;
  readonly password: string;
  /** Empty where the field was left so. */
  readonly code?: string;
}

export interface Admitted {
  readonly actor: Actor;
  /** To be sent along: keeps who goes on looking signed in. */
  readonly setCookie?: string;
}

export type BoardSignIn = ReturnType<typeof createBoardSignIn>;

/** As long as an access token, which is what the cookie holds: who looks away for longer signs in again. */
const IDLE_SECONDS = 15 * 60;
const RENEWED_AFTER_MS = 60_000;
/** A board asks by itself every few seconds; left open it must not stay open for ever. */
const LONGEST_MS = 8 * 60 * 60 * 1000;

/**
 * Lets administrators see pages that carry no token, by a cookie: out of reach of scripts and of other sites, for these
 * pages alone, and good for nothing once its session has ended or its owner is no administrator any more. QB1–QB4
 */
export function createBoardSignIn({ path, publicUrl }: Settings, { accounts, sessions, clock }: Deps) {
  const https = publicUrl.startsWith('https:');
  // With the prefix browsers take it over https only, so that nobody on the way can plant one (RFC 6265bis).
  const name = `${https ? '__Secure-' : ''}watchparty_queues`;
  const attributes = `Path=${path}; HttpOnly; SameSite=Strict${https ? '; Secure' : ''}`;
  const cookie = (token: string): string => `${name}=${token}; Max-Age=${IDLE_SECONDS}; ${attributes}`;
  const publicOrigin = new URL(publicUrl).origin;

  /** The cookie of a neighbour's page on the same host is ours too: what changes something must come from our own. */
  function requireOwnPage(headers: Headers): void {
    const site = headers['sec-fetch-site'];
    const origin = headers['origin'];
    const own = site !== undefined
      ? site === 'same-origin'
      : origin === undefined || origin === publicOrigin || URL.parse(String(origin))?.host === headers['host'];
    if (!own) throw new Problem('auth.forbidden', { detail: 'This is only for the page itself' });
  }

  async function actorOf(token: string | undefined): Promise<Actor | undefined> {
    if (token === undefined) return undefined;
    try {
      const actor = await sessions.identity.authenticate(token);
      const begunMs = timeOfUuidv7(actor.sessionId);
      return actor.role === 'admin' && clock.now() - begunMs < LONGEST_MS ? actor : undefined;
    } catch (error) {
      if (error instanceof Problem && error.code === 'auth.token_invalid') return undefined;
      throw error;
    }
  }

  return {
    /** The `Set-Cookie` for an administrator. Nobody else is told more than that they are none. */
    async signIn(write: Write, headers: Headers, given: Credentials, client: Client): Promise<string> {
      requireOwnPage(headers);
      const { user, accessToken, sessionId } = await accounts.login(
        write, { username: given.name, password: given.password, ...(given.code && { code: given.code }) }, client,
      );
      if (user.role === 'admin') return cookie(accessToken);
      await sessions.end(write, sessionId);
      throw new Problem('auth.forbidden', { detail: 'This is for administrators' });
    },

    /** Ends the session, if there is one, and answers the `Set-Cookie` that clears the cookie. */
    async signOut(write: Write, headers: Headers): Promise<string> {
      requireOwnPage(headers);
      const actor = await actorOf(tokenOf(headers, name));
      if (actor !== undefined) await sessions.end(write, actor.sessionId);
      return `${name}=; Max-Age=0; ${attributes}`;
    },

    /** Undefined: not signed in here, not any more, or no administrator. */
    async admitted(headers: Headers): Promise<Admitted | undefined> {
      const token = tokenOf(headers, name);
      const actor = await actorOf(token);
      if (token === undefined || actor === undefined) return undefined;
      if (clock.now() - issuedAtMs(token) < RENEWED_AFTER_MS) return { actor };
      return { actor, setCookie: cookie(await sessions.renewAccess(actor)) };
    },
  };
}

function tokenOf(headers: Headers, cookie: string): string | undefined {
  for (const pair of String(headers['cookie'] ?? '').split(';')) {
    const [name, ...value] = pair.trim().split('=');
    if (name === cookie) return value.join('=') || undefined;
  }
  return undefined;
}

/** Of a token that has been found to be ours. */
function issuedAtMs(token: string): number {
  const { iat } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString('utf8')) as { iat: number };
  return iat * 1000;
}
