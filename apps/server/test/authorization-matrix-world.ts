import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { expect } from 'vitest';
import type { Answer, TestApp } from './app.ts';
import { factoriesFor, type TestUser } from './factories.ts';

export const FILM = await readFile(new URL('../src/main/demo/assets/sample-film.mp4', import.meta.url));

/**
 * Who asks. Those of the last line have accounts: somebody who has nothing to do with anything; two who watch, one of
 * whom owns the movie, the message and the session that are asked for; the owner of the rooms; an administrator who is
 * in no room. The disabled one watched too, until then. Each guest has a room: this one, or another.
 */
export const PERSONAS = [
  'anonymous', 'disabled', 'guest', 'otherGuest',
  'stranger', 'member', 'owner', 'host', 'admin',
] as const;
export type Persona = (typeof PERSONAS)[number];

const NAMES = ['admin', 'host', 'owner', 'member', 'stranger', 'disabled', 'bystander', 'banned'] as const;
export type People = Readonly<Record<(typeof NAMES)[number], TestUser>>;

/** No answer that refuses may hold it. */
export const SECRET = 'known-to-those-inside-only';

/** What may be asked for; all of it is private, but for the public room. */
export interface Things {
  /** Plays the movie. Of the people only stranger, admin and banned are not in it. */
  readonly room: number;
  /** The same without privacy, movie and guests. */
  readonly publicRoom: number;
  /** For the people in the room. */
  readonly movie: number;
  readonly message: string;
  readonly publicMessage: string;
  /** The owner's, to the member. */
  readonly directMessage: string;
  readonly invite: string;
  /** Private, of the host; owner and member have answered. */
  readonly event: number;
  /** One of the owner's sessions. */
  readonly session: string;
  readonly guests: Readonly<Record<'guest' | 'otherGuest', string>>;
}

export interface Credentials {
  readonly token: string;
  readonly refreshToken: string | undefined;
  readonly sessionId: string;
}

export type World = Awaited<ReturnType<typeof createWorld>>;

export async function createWorld(server: TestApp) {
  const make = factoriesFor(server);
  const people = {} as Record<keyof People, TestUser>;
  for (const name of NAMES) people[name] = await make.user({ username: name });

  /** A sign-in of just now: earlier ones may have been ended by what was tried. */
  async function signIn(user: TestUser): Promise<Credentials> {
    const { accessToken, refreshToken, sessionId } = await server.app.write((tx, effects) =>
      server.app.sessions.createSession(tx, effects, user.id, { userAgent: '', ip: '127.0.0.1' }));
    return { token: accessToken, refreshToken, sessionId };
  }
  const busy: readonly (keyof People)[] = ['host', 'owner', 'member', 'bystander', 'banned'];
  const renew = () => Promise.all(busy.map(async (name) => {
    people[name] = { ...people[name], token: (await signIn(people[name])).token };
  }));

  async function done(method: string, path: string, as: TestUser | undefined, body?: unknown): Promise<Answer['body']> {
    const headers = body instanceof Uint8Array ? { 'content-type': 'video/mp4' } : {};
    const { status, body: answer } = await server.ask(method, path, { token: as?.token, body, headers });
    if (status >= 400) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer.data;
  }

  async function room(given: object): Promise<{ id: number; invite: string; message: string }> {
    const { id } = await make.room(people.host, { name: SECRET, ...given });
    const { invite } = (await done('POST', `/api/rooms/${id}/invite-link`, people.host)) as { invite: string };
    const members = [people.owner, people.member, people.bystander, people.banned];
    await Promise.all(members.map((person) => done('POST', `/api/rooms/${id}/join`, person, { invite })));
    await done('DELETE', `/api/rooms/${id}/participants/${people.banned.id}?ban=true`, people.host);
    const message = await make.message(people.owner, id, { content: SECRET });
    return { id, invite, message: message.id };
  }

  async function privateEvent(): Promise<number> {
    const startsAt = new Date(Date.now() + 48 * 3_600_000).toISOString();
    const { id } = (await done('POST', '/api/events', people.host, { title: SECRET, description: SECRET, startsAt })) as { id: number };
    for (const person of [people.owner, people.member]) await done('POST', `/api/events/${id}/rsvp`, person, { status: 'going' });
    await done('PATCH', `/api/events/${id}`, people.host, { visibility: 'private' });
    return id;
  }

  async function guestOf({ id, invite }: { readonly id: number; readonly invite: string }): Promise<string> {
    const { accessToken } = (await done('POST', '/api/auth/guest', undefined, { displayName: 'Guest', invite })) as { accessToken: string };
    const { status } = await server.ask('POST', `/api/rooms/${id}/join`, { token: accessToken, body: { invite } });
    if (status !== 200) throw new Error(`The guest was not let in: ${status}`);
    return accessToken;
  }

  const openRoom = await room({});
  const elsewhere = await room({ isPrivate: true, maxParticipants: 1000 });
  await done('POST', `/api/rooms/${openRoom.id}/join`, people.disabled, {});
  await done('PATCH', `/api/admin/users/${people.disabled.id}`, people.admin, { disabled: true });

  return {
    server, people: people as People,

    /** New ones, when what was has changed. */
    async things(): Promise<Things> {
      await renew();
      const movie = await make.movie(people.owner, { title: SECRET });
      await done('PUT', `/api/movies/${movie.id}/file`, people.owner, FILM);
      const [inside, outside] = await Promise.all([room({ isPrivate: true, movieId: movie.id }), room({})]);
      await done('PATCH', `/api/movies/${movie.id}`, people.owner, { visibility: 'rooms' });
      const [guest, otherGuest] = await Promise.all([guestOf(inside), guestOf(elsewhere)]);
      return {
        room: inside.id, publicRoom: outside.id, movie: movie.id, message: inside.message, publicMessage: outside.message,
        directMessage: ((await done('POST', '/api/messages/send', people.owner, { receiverId: people.member.id, content: SECRET })) as { id: string }).id,
        event: await privateEvent(), invite: inside.invite, session: (await signIn(people.owner)).sessionId, guests: { guest, otherGuest },
      };
    },

    /** A sign-in of just now; nobody's and a disabled user's are what they have been. */
    async credentialsOf(persona: Persona, { guests }: Things): Promise<Credentials | undefined> {
      if (persona === 'anonymous') return undefined;
      if (persona === 'disabled') return people.disabled;
      if (persona === 'guest' || persona === 'otherGuest') return { token: guests[persona], refreshToken: undefined, sessionId: '' };
      return signIn(people[persona]);
    },
  };
}

/** What refusals may add to: who was refused, when, and that somebody asked. */
const BOOKKEEPING = ['sessions', 'audit_events', 'outbox', 'idempotency_keys', 'schema_migrations', 'job_totals', 'job_store'];

/** All that is kept, in short, once nothing is left to be done. */
export async function digestOf(connectionString: string): Promise<ReadonlyMap<string, string>> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await expect.poll(async () => (await client.query('select 1 from outbox union all select 1 from jobs')).rowCount).toBe(0);
    const { rows: tables } = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'
       and table_name <> all ($1)`, [BOOKKEEPING]);
    const digests = new Map<string, string>();
    for (const { name } of tables) {
      const { rows } = await client.query<{ digest: string }>(
        `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from "${name}" t`);
      digests.set(name, rows[0]!.digest);
    }
    return digests;
  } finally {
    await client.end();
  }
}
