import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../config/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import { Problem } from '../../kernel/problem.ts';
import type { App } from '../compose.ts';
import { MESSAGES, PASSWORD, PEOPLE, type PersonName, ROOMS } from './cast.ts';
import { createGatherings } from './create-gatherings.ts';

const FILM = fileURLToPath(new URL('./assets/sample-film.mp4', import.meta.url));
const CLIENT = { userAgent: 'WatchParty demo', ip: '127.0.0.1' };

/**
 * Fills a server with a few people, rooms, messages and a film to try it with, by the same use cases that requests
 * go through. A server that has them already is left as it is. Answers how to sign in, line by line.
 */
export async function createDemo(app: App, config: Config): Promise<string[]> {
  const where = app.http?.url ?? config.http.publicUrl;
  const howTo = [
    `Sign in as ${PEOPLE.map(({ username }) => username).join(', ')}; the password of each is ${PASSWORD}`,
    `curl ${where}/api/auth/login -H 'content-type: application/json' ` +
      `-d '{"username":"${PEOPLE[0].username}","password":"${PASSWORD}"}'`,
  ];
  const actors = await registerAll(app);
  if (actors === undefined) return ['The demo data is here already.', ...howTo];

  const host = actors.ann;
  const movie = await app.movies.create(app.write, host, {
    title: 'WatchParty sample film',
    description: 'A minute to watch together: a timecode, a sweep, and a beep each second to hear who is ahead.',
    year: 2026,
  });
  const { size } = await stat(FILM);
  await app.movieFiles.upload(app.write, host, movie.id, {
    stream: createReadStream(FILM), contentLength: size, signal: new AbortController().signal,
  });
  const rooms = new Map<string, number>();
  for (const { guests, playsFilm, ...room } of ROOMS) {
    const { id } = await app.rooms.create(app.write, host, { ...room, movieId: playsFilm ? movie.id : null });
    rooms.set(room.name, id);
    for (const guest of guests) {
      await app.rooms.join(actors[guest], id, 'password' in room ? { password: room.password } : {});
    }
    for (const { from, content } of MESSAGES[room.name] ?? []) await app.chat.send(app.write, actors[from], id, { content });
  }
  await createGatherings(app, actors, rooms);
  return ['The demo data is ready: three people, two rooms, their chat and a film, and what goes on around a few cities.', ...howTo];
}

/** Undefined when they are registered already. */
async function registerAll(app: App): Promise<Record<PersonName, Actor> | undefined> {
  const actors: Partial<Record<PersonName, Actor>> = {};
  try {
    for (const person of PEOPLE) {
      const { user, sessionId } = await app.accounts.register(
        app.write, { ...person, password: PASSWORD }, CLIENT, { sendsWelcome: false },
      );
      actors[person.username] = { userId: user.id, username: user.username, role: user.role, sessionId };
    }
  } catch (error) {
    if (error instanceof Problem && error.code.endsWith('_taken')) return undefined;
    throw error;
  }
  return actors as Record<PersonName, Actor>;
}
