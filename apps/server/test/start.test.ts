import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { request } from './app.ts';
import { cleanUp, makeDataDir, type ServerProcess, startServer } from './server-process.ts';

let dataDir: string;
let server: ServerProcess | undefined;
beforeEach(async () => {
  dataDir = await makeDataDir();
});
afterEach(async () => {
  await cleanUp(dataDir, server);
  server = undefined;
});

/** A request that the server has taken up and whose body is still to come. */
async function beginLogin(url: string, credentials: object): Promise<{ finish(): Promise<number | undefined> }> {
  const body = JSON.stringify(credentials);
  const sending = httpRequest(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' },
  });
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
  sending.flushHeaders();
  await once(sending, 'continue');
  return {
    async finish() {
      sending.end(body);
      const [response] = await answered;
      response.resume();
      return response.statusCode;
    },
  };
}

const printed = (): string => server!.lines.join('\n');

describe('npm start', () => {
  test('A first start says what it does; a request under way when Ctrl+C comes is answered; the next start finds everything', async () => {
    server = startServer(dataDir);
    const url = await server.ready();
    expect(printed()).toMatch(/Creating the database…[^]*Starting PostgreSQL 18…[^]*Preparing the tables/);
    const registered = await request(`${url}/api/auth/register`, 'POST', {
      body: { email: 'ann@example.org', username: 'ann', password: 'secret-enough' },
    });
    expect(registered.status).toBe(201);
    const underWay = await beginLogin(url, { username: 'ann', password: 'secret-enough' });
    // Twice, as a terminal and npm both pass one Ctrl+C on.
    server.child.kill('SIGINT');
    server.child.kill('SIGINT');
    expect(await underWay.finish()).toBe(200);
    expect(await server.ended).toBe(0);
    expect(printed()).toMatch(/Stopping: SIGINT[^]*Stopped/);

    server = startServer(dataDir);
    const again = await request(`${await server.ready()}/api/auth/login`, 'POST', { body: { username: 'ann', password: 'secret-enough' } });
    expect(again.body.data.user.role).toBe('admin');
    expect(printed()).not.toContain('Creating the database');
  });

  test('Stopped by SIGTERM at any moment of its first start, it ends in order and the next start works', async () => {
    for (const afterMs of [0, 150, 400, 700, 1000]) {
      server = startServer(dataDir);
      await sleep(afterMs);
      server.child.kill('SIGTERM');
      const end = await server.ended;
      // Before Node has run our first line the signal does what it always does.
      expect([0, 'SIGTERM']).toContain(end);
    }
    server = startServer(dataDir);
    const url = await server.ready();
    expect((await request(`${url}/api/health`, 'GET', {})).status).toBe(200);
  });

  test('A second server on the same data is refused in one line, and the first one serves on', async () => {
    server = startServer(dataDir);
    const url = await server.ready();
    const second = startServer(dataDir);
    expect(await second.ended).toBe(1);
    const complaint = second.lines.filter((line) => !line.startsWith('{'));
    expect(complaint).toHaveLength(1);
    expect(complaint[0]).toMatch(/another|already/i);
    expect((await request(`${url}/api/rooms`, 'GET', {})).status).toBe(200);
  });

  test('A bad value and an unknown argument each stop the start with one line that names them', async () => {
    server = startServer(dataDir, { env: { PORT: 'http', REDIS_URL: 'nonsense' } });
    expect(await server.ended).toBe(1);
    expect(server.lines.map((line) => line.split(':')[0])).toEqual(['PORT', 'REDIS_URL']);
    server = startServer(dataDir, { args: ['--dem'] });
    expect(await server.ended).toBe(1);
    expect(printed()).toMatch(/--dem.*Known: --demo/);
    expect(server.lines).toHaveLength(1);
  });

  test('A port that is taken is said in one line', async () => {
    server = startServer(dataDir);
    const { port } = new URL(await server.ready());
    const otherDir = await makeDataDir();
    const second = startServer(otherDir, { env: { PORT: port } });
    try {
      expect(await second.ended).toBe(1);
      expect(second.lines.at(-1)).toMatch(new RegExp(`^PORT: .*${port}`));
    } finally {
      await cleanUp(otherDir, second);
    }
  });
});

describe('npm start -- --demo', () => {
  test('There are people to sign in as, rooms, messages and a film that plays; again, nothing is made twice', async () => {
    server = startServer(dataDir, { args: ['--demo'] });
    let url = await server.ready();
    const signIn = /"\{\\"username\\":\\"(\w+)\\",\\"password\\":\\"([\w-]+)\\"/;
    const told = (): string => printed().replaceAll("'", '"');
    await expect.poll(told).toMatch(signIn);
    expect(told()).toContain('The demo data is ready');
    // Nobody reads mail at their addresses.
    expect(told()).not.toContain('Welcome email');
    const [, username, password] = signIn.exec(told())!;
    const { body } = await request(`${url}/api/auth/login`, 'POST', { body: { username, password } });
    const token = body.data.accessToken;
    const rooms = await request(`${url}/api/rooms?mine=true`, 'GET', { token });
    expect(rooms.body.data.items.map((room: { participantCount: number }) => room.participantCount)).toEqual([2, 3]);
    const open = rooms.body.data.items[1];
    const chat = await request(`${url}/api/chat/${open.id}/messages`, 'GET', { token });
    expect(chat.body.data.items.length).toBeGreaterThan(2);
    const address = await request(`${url}/api/movies/${open.movieId}/stream-url`, 'GET', { token });
    const film = await fetch(`${url}${address.body.data.url}`, { headers: { range: 'bytes=4-7' } });
    expect([film.status, await film.text()]).toEqual([206, 'ftyp']);
    const events = await request(`${url}/api/events`, 'GET', {});
    expect(events.body.data.items.length).toBeGreaterThan(8);

    server.child.kill('SIGTERM');
    await server.ended;
    server = startServer(dataDir, { args: ['--demo'] });
    url = await server.ready();
    await expect.poll(printed).toContain('The demo data is here already');
    expect((await request(`${url}/api/rooms`, 'GET', {})).body.data.total).toBe(1);
  });
});

describe('ROLE', () => {
  test('A worker serves no requests, works, and stops in order', async () => {
    server = startServer(dataDir, { env: { ROLE: 'worker' } });
    await expect.poll(printed, { timeout: 15_000 }).toContain('WatchParty works (role worker)');
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });
});
