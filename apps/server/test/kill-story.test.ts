import { randomBytes, randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { ChatMessage, Movie, Room } from '@watchparty/protocol';
import { type Answer, type Ask, request } from './app.ts';
import { cleanUp, makeDataDir, type ServerProcess, startServer } from './server-process.ts';

const FILM = new URL('../src/main/demo/assets/sample-film.mp4', import.meta.url);
const KILLS = process.env['WATCHPARTY_DEEP'] === '1' ? 100 : 10;

let dataDir: string;
let server: ServerProcess | undefined;
afterEach(() => cleanUp(dataDir, server));

/** Everything that was answered, to be found again after each kill. */
interface Answered {
  readonly people: { readonly username: string; readonly password: string }[];
  readonly movies: Map<number, { readonly hasFile: boolean }>;
  readonly rooms: Map<number, { readonly people: Set<string> }>;
  readonly messages: Map<string, ChatMessage>;
}

test(`Killed ${KILLS} times at random points of the story, the server loses nothing that it answered and does nothing twice`, async () => {
  dataDir = await makeDataDir();
  const film = await readFile(FILM);
  const answered: Answered = { people: [], movies: new Map(), rooms: new Map(), messages: new Map() };
  let kills = 0;
  let url = '';
  /** The story goes on: not while what was answered is being looked for. */
  let telling = Promise.withResolvers<void>();

  async function restart(): Promise<void> {
    server = startServer(dataDir);
    url = await server.ready();
  }

  /** Sends until it is answered, over kills and restarts, each time with the same Idempotency-Key. */
  async function insist(method: string, path: string, ask: Ask): Promise<Answer> {
    const key = randomBytes(8).toString('hex');
    for (;;) {
      try {
        const answer = await request(`${url}${path}`, method, {
          ...ask, headers: { ...ask.headers, ...(method === 'POST' && { 'idempotency-key': key }) },
        });
        // The killed process's key is taken over when its lock runs out; the PostgreSQL that outlived it is asked anew.
        if (answer.status !== 409 || answer.body.code !== 'idempotency.in_flight') return answer;
        await sleep(200);
      } catch {
        await server!.ended;
        await restart();
        await expectEverythingAnswered();
        telling.resolve();
      }
    }
  }

  async function ok<T>(method: string, path: string, ask: Ask): Promise<T> {
    const answer = await insist(method, path, ask);
    expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}\n${server!.lines.slice(-5).join('\n')}`).toBeLessThan(300);
    return answer.body.data as T;
  }

  async function signIn(person: { username: string; password: string }): Promise<string> {
    const answer = await request(`${url}/api/auth/login`, 'POST', { body: person });
    expect(answer.status).toBe(200);
    return answer.body.data.accessToken;
  }

  async function expectEverythingAnswered(): Promise<void> {
    const tokens = new Map<string, string>();
    for (const person of answered.people) tokens.set(person.username, await signIn(person));
    const [owner] = answered.people;
    const token = owner && tokens.get(owner.username);
    for (const [id, { hasFile }] of answered.movies) {
      const { body } = await request(`${url}/api/movies/${id}`, 'GET', { token });
      if (hasFile) {
        expect(body.data.hasFile).toBe(true);
        const stream = await fetch(`${url}/api/movies/${id}/stream`, { headers: { authorization: `Bearer ${token}` } });
        expect(Buffer.from(await stream.arrayBuffer()).equals(film)).toBe(true);
      }
    }
    for (const [id, room] of answered.rooms) {
      const { body } = await request(`${url}/api/rooms/${id}/participants?limit=100`, 'GET', { token });
      const names = body.data.items.map((person: { username: string }) => person.username);
      for (const name of room.people) expect(names).toContain(name);
      const { body: detail } = await request(`${url}/api/rooms/${id}`, 'GET', { token });
      expect(detail.data.participantCount).toBe(names.length);
      const { body: chat } = await request(`${url}/api/chat/${id}/messages?limit=100`, 'GET', { token });
      const items: ChatMessage[] = chat.data.items;
      expect(items.map(({ seq }) => seq)).toEqual(items.map((_, index) => index + 1));
      const found = new Map(items.map((item) => [item.id, item]));
      for (const message of answered.messages.values()) if (message.roomId === id) expect(found.get(message.id)).toEqual(message);
      // Insisting never said anything twice.
      expect(new Set(items.map(({ content }) => content)).size).toBe(items.length);
    }
  }

  const killer = (async () => {
    for (; kills < KILLS; kills += 1) {
      await telling.promise;
      await sleep(randomInt(20, 900));
      server!.child.kill('SIGKILL');
      await server!.ended;
      // The request under way, or the next one, notices; then the story is told on.
      telling = Promise.withResolvers<void>();
    }
  })();

  await restart();
  telling.resolve();
  let round = 0;
  while (kills < KILLS) {
    round += 1;
    const people = [1, 2].map((nth) => ({ username: `person-${round}-${nth}`, password: 'secret-enough' }));
    const tokens: string[] = [];
    for (const person of people) {
      const { accessToken } = await ok<{ accessToken: string }>('POST', '/api/auth/register', {
        body: { ...person, email: `${person.username}@example.org` },
      });
      answered.people.push(person);
      tokens.push(accessToken);
    }
    const [host = '', guest = ''] = tokens;
    const movie = await ok<Movie>('POST', '/api/movies', { token: host, body: { title: `Film ${round}` } });
    answered.movies.set(movie.id, { hasFile: false });
    await ok('PUT', `/api/movies/${movie.id}/file`, { token: host, body: film, headers: { 'content-type': 'video/mp4' } });
    answered.movies.set(movie.id, { hasFile: true });
    const room = await ok<Room>('POST', '/api/rooms', { token: host, body: { name: `Room ${round}`, movieId: movie.id } });
    answered.rooms.set(room.id, { people: new Set([people[0]!.username]) });
    await ok('POST', `/api/rooms/${room.id}/join`, { token: guest });
    answered.rooms.get(room.id)!.people.add(people[1]!.username);
    for (let line = 1; line <= 5; line += 1) {
      const message = await ok<ChatMessage>('POST', `/api/chat/${room.id}/messages`, {
        token: line % 2 ? host : guest, body: { content: `Line ${line} of round ${round}` },
      });
      answered.messages.set(message.id, message);
    }
  }
  await killer;
  if (server!.child.signalCode !== null) await restart();
  await expectEverythingAnswered();
  const { body } = await request(`${url}/api/rooms?limit=100`, 'GET', {});
  expect(body.data.total).toBe(answered.rooms.size);
}, 15 * 60_000);
