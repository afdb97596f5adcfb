import type { TestApp } from './app.ts';
import { factoriesFor } from './factories.ts';
import { runSql } from './postgres-template.ts';

/** Stands in all that is private; an answer to anybody else that holds it has told what it must not. */
export const CANARY = 'canary-7f3d91';

/** No number that a generator takes for an id comes near. */
const FIRST_ID = 1_000_000;

export type Bystander = Awaited<ReturnType<typeof createBystander>>;

/**
 * Somebody who does nothing while others send their requests, and has private things of every kind. From here on ids
 * begin beyond those that are tried at random, so that administrators, who may change everything, come upon none of them.
 */
export async function createBystander(server: TestApp) {
  const make = factoriesFor(server);
  for (const table of ['users', 'rooms', 'movies', 'events']) {
    await runSql(server.db.connectionString, `alter table ${table} alter column id restart with ${FIRST_ID}`);
  }
  const user = await make.user({ username: 'bystander', email: `${CANARY}@example.org` });
  const { token } = user;
  const movie = await make.movie(user, { title: CANARY, description: CANARY, visibility: 'rooms' });
  const room = await make.room(user, { name: CANARY, description: CANARY, isPrivate: true, password: CANARY, movieId: movie.id });
  const event = (await server.ask('POST', '/api/events', {
    token, body: { title: CANARY, description: CANARY, startsAt: new Date(Date.now() + 86_400_000).toISOString(), visibility: 'private' },
  })).body.data as { id: number };
  const message = await make.message(user, room.id, { content: CANARY });
  const elsewhere = await server.ask('POST', '/api/auth/login', {
    body: { username: user.username, password: user.password }, headers: { 'user-agent': CANARY },
  });

  async function shown(path: string): Promise<string> {
    const { status, body } = await server.ask('GET', path, { token });
    return `${path}: ${status}, ${JSON.stringify(body?.data).split(CANARY).length - 1} times`;
  }

  return {
    /** For others to name. */
    rooms: [room], movies: [movie], chat: [message], events: [event],
    uuids: [user.sessionId, elsewhere.body.data.sessionId as string, message.id],

    /** How much of the bystander's is there; the same before and after. */
    whole: () => Promise.all([
      '/api/auth/profile', '/api/auth/sessions', `/api/rooms/${room.id}`, `/api/rooms/${room.id}/participants`, `/api/movies/${movie.id}`,
      `/api/chat/${room.id}/messages`, `/api/events/${event.id}`,
    ].map(shown)),
  };
}

/** A guest of somebody's public room, admitted again whenever asked. */
export async function createGuestRoom(server: TestApp, owner: { readonly token: string }) {
  const { token } = owner;
  const room = await server.ask('POST', '/api/rooms', { token, body: { name: 'A room with guests' } });
  const { id } = room.body.data as { id: number };
  const link = await server.ask('POST', `/api/rooms/${id}/invite-link`, { token });
  const { invite } = link.body.data as { invite: string };
  return {
    invite,
    async admit(): Promise<string> {
      const { body } = await server.ask('POST', '/api/auth/guest', { body: { displayName: 'Guest', invite } });
      await server.ask('POST', `/api/rooms/${id}/join`, { token: body.data.accessToken, body: { invite } });
      return body.data.accessToken as string;
    },
  };
}
