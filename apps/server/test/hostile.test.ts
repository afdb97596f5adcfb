import { createHmac, randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { ProblemDetails } from '@watchparty/protocol';
import { pino } from 'pino';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { invalidated } from '../src/kernel/cache-policy.ts';
import { startTestApp, type TestApp } from './app.ts';
import { factoriesFor, type TestUser } from './factories.ts';
import { CANARY, createBystander, createGuestRoom, type Bystander } from './hostile-bystander.ts';
import { measureMemory, type Memory } from './hostile-memory.ts';
import { type HostileRequest, hostileRequests } from './hostile-requests.ts';
import { operationsOf } from './operations.ts';
import { runSql } from './postgres-template.ts';

const DEEP = process.env['WATCHPARTY_DEEP'] === '1';
const COUNT = DEEP ? 50_000 : 10_000;
/** Requests at a time: memory is looked at in between. */
const ROUND = 2500;
/** After the first round, in which much is used for the first time. */
const MAX_GROWTH = { heapMb: 24, rssMb: 200 };
const IN_FLIGHT = 32;
/** The same requests each time, others in the deep run. To see a failure of that again: HOSTILE_SEED=<what it printed>. */
const SEED = Number(process.env['HOSTILE_SEED'] ?? (DEEP ? randomInt(2 ** 31) : 1));
const SETTINGS = { TRUST_PROXY: 'true', REQUEST_TIMEOUT_MS: '5000' };

/** After these somebody may be signed out, or may do less than before. */
const ENDING = new Set(['logout', 'endSession', 'endOtherSessions', 'changePassword', 'changeUser']);

const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
const isProblem = Compile(ProblemDetails);
const fixture = (path: string) => readFile(new URL(path, import.meta.url));

/** What the server had to say about its errors. */
const troubles: string[] = [];
let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let people: Record<'admin' | 'owner' | 'other', TestUser>;
beforeAll(async () => {
  server = await startTestApp(SETTINGS, { log: pino({ level: 'error' }, { write: (line: string) => void troubles.push(line) }) });
  make = factoriesFor(server);
  people = { admin: await make.user(), owner: await make.user(), other: await make.user() };
});
afterAll(async () => {
  agent.destroy();
  await server.close();
});

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly requestId: string | undefined;
  readonly text: string;
}

/** Two rooms that play something, two private ones, four films and a message in each room. */
async function firstThings() {
  const movies = await Promise.all([1, 2, 3, 4].map(() => make.movie(people.owner)));
  const film = await fixture('../src/main/demo/assets/sample-film.mp4');
  for (const { id } of movies) {
    const put = { token: people.owner.token, body: film, headers: { 'content-type': 'video/mp4' } };
    expect((await server.ask('PUT', `/api/movies/${id}/file`, put)).status).toBe(200);
  }
  const rooms = await Promise.all(
    movies.map(({ id: movieId }, n) =>
      make.room(people.owner, n < 2 ? { movieId } : { isPrivate: true, password: 'secret1' }),
    ),
  );
  const chat = await Promise.all(rooms.map(({ id }) => make.message(people.owner, id)));
  const events = await Promise.all(rooms.map((_, n) => made('/api/events', {
    title: 'An evening', startsAt: new Date(Date.now() + (n + 1) * 86_400_000).toISOString(), visibility: n < 3 ? 'public' : 'private',
  })));
  const messages = await Promise.all(rooms.map(() => made('/api/messages/send', { receiverId: people.other.id, content: 'Hello' })));
  return { movies, rooms, chat, events, messages };
}

async function made(path: string, body: object): Promise<Thing> {
  const answer = await server.ask('POST', path, { token: people.owner.token, body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.data as Thing;
}

type Thing = Readonly<Record<string, unknown>> & { readonly id: number | string };

/** What requests may address: four of each from the start on, what was made last, and now and then the bystander's. */
function createRecent(
  first: Readonly<Record<'rooms' | 'movies' | 'chat' | 'events' | 'messages', readonly Thing[]>>,
  bystander: Bystander,
) {
  const untouched: Readonly<Record<string, readonly object[]>> = {
    rooms: bystander.rooms, movies: bystander.movies, chat: bystander.chat, events: bystander.events,
  };
  const kept: Record<string, readonly Thing[]> = { ...first };
  let turn = 0;
  let addressed = 0;
  return {
    /** How often the bystander's things were asked for. */
    addressed: () => addressed,
    note({ operation, as }: HostileRequest, { status, text }: Answer): void {
      const noun = { createRoom: 'rooms', createMovie: 'movies', sendChatMessage: 'chat', createEvent: 'events', sendMessage: 'messages' }[operation.id];
      if (status === 201 && noun !== undefined && as === 'owner') {
        kept[noun] = [
          ...kept[noun]!.slice(0, 4),
          (JSON.parse(text) as { data: Thing }).data,
          ...kept[noun]!.slice(4, 7),
        ];
      }
    },
    locate(target: string, as: string): string {
      turn += 1;
      const noun = target.split('/')[2]!;
      const messages = /^\/api\/chat\/[^/]*\/messages\/\{id/.test(target);
      // Administrators may change everybody's things, and would.
      const among = as !== 'admin' && turn % 3 === 0 ? (untouched as typeof kept) : kept;
      if (among !== kept && target.includes('{')) addressed += 1;
      const list = among[noun === 'chat' && !messages ? 'rooms' : noun] ?? [];
      const thing: Thing = list[turn % list.length] ?? { id: 1 };
      const userId = [people.owner.id, people.other.id, people.admin.id][turn % 3]!;
      const ids: Readonly<Record<string, unknown>> = {
        id: thing.id,
        userId,
        receiverId: turn % 4 === 0 ? userId : (thing['receiverId'] ?? userId),
        messageId: thing.id,
        roomId: messages ? thing['roomId'] : thing.id,
      };
      return target.replaceAll(/\{(\w+)\}/g, (_all, name: string) => `${ids[name] as number | string}`);
    },
  };
}

function send({ operation, target, headers, body }: HostileRequest, bearer: string | undefined): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        hostname,
        port,
        agent,
        method: operation.method,
        path: target,
        headers: {
          ...Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
          ),
          ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
          ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('error', reject)
          .on('end', () =>
            resolve({
              status: response.statusCode!,
              type: response.headers['content-type'] ?? '',
              requestId: response.headers['x-request-id'] as string,
              text: Buffer.concat(chunks).toString(),
            }),
          );
      },
    );
    request.on('error', reject).end(body);
  });
}

/** A token made by hand, to try what a forger may. */
function token(header: object, claims: object, secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

async function tokens(): Promise<Map<string, string>> {
  const secret = server.config.auth.jwtSecret;
  const seconds = Math.floor(Date.now() / 1000);
  const header = { alg: 'HS256', typ: 'at+jwt' };
  const claims = {
    sid: people.admin.sessionId,
    sub: String(people.admin.id),
    aud: 'watchparty',
    iat: seconds,
    exp: seconds + 600,
  };
  const map = new Map<string, string>(
    Object.entries({
      expired: token(header, { ...claims, iat: seconds - 1000, exp: seconds - 100 }, secret),
      forged: token(header, claims, 'guess'),
      unsigned: token({ ...header, alg: 'none' }, claims, '').replace(/[^.]*$/, ''),
      ended: token(header, { ...claims, sid: '01890000-0000-7000-8000-000000000000' }, secret),
      'with a hostile session': token(header, { ...claims, sid: "';--" }, secret),
      'with a hostile user': token(header, { ...claims, sub: '1e99' }, secret),
      garbage: 'a.b.c',
      'very long': 'x'.repeat(8000),
    }),
  );
  for (const [name, { token: own }] of Object.entries(people)) map.set(name, own);
  return map;
}

/** What is wrong with an answer; undefined for one that is as it should be. */
function fault({ operation, target, as }: HostileRequest, { status, type, requestId, text }: Answer): string | undefined {
  if (status >= 500) return 'a server error';
  if (as !== 'admin' && text.includes(CANARY)) return 'somebody else’s data';
  if (!requestId) return 'no request id';
  if (status === 304) return operation.answers.has(304) && text === '' ? undefined : 'an undeclared 304, or one with a body';
  if (type.startsWith('video/')) return operation.id === 'streamMovie' ? undefined : 'a film';
  if (type.startsWith('text/plain')) return operation.path === '/metrics' ? undefined : 'plain text';
  if (type.startsWith('text/calendar')) return ['getEventCalendar', 'getCalendarFeed'].includes(operation.id) ? undefined : 'a calendar';
  const body = JSON.parse(text) as {
    success?: boolean;
    data?: unknown;
    code: string;
    status: number;
    requestId: string;
  };
  if (status < 400) {
    if (!operation.answers.has(status)) return 'an undeclared status';
    if (operation.path.endsWith('health')) return undefined;
    return body.success === true && 'data' in body ? undefined : 'no envelope';
  }
  if (!type.startsWith('application/problem+json') || !isProblem.Check(body)) return 'no problem details';
  if (body.requestId !== requestId || body.status !== status) return 'problem details that disagree with the answer';
  if (/\bat \/|node_modules|\.ts:\d|syntax error|violates|SQLSTATE/.test(text)) return 'words of the machinery';
  // A hostile path may lead elsewhere.
  if (body.code.startsWith('route.') && target.split('?')[0] !== operation.path) return undefined;
  return operation.answers.get(status)?.includes(body.code) === true ? undefined : `an undeclared code, ${body.code}`;
}

it(
  `answers ${COUNT} hostile requests in shape: no server error, nobody else’s data, no growth; its data stays whole`,
  { timeout: DEEP ? 900_000 : 180_000 },
  async () => {
    const description = (await server.ask('GET', '/api/openapi.json')).body;
    const operations = operationsOf(description);
    const given = {
      callers: [
        'admin', 'admin', 'admin', 'owner', 'owner', 'owner', 'owner', 'owner', 'owner', 'other', 'other', 'none', 'guest', 'guest',
        ...(await tokens()).keys(),
      ],
      uuids: [people.owner.sessionId, '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
      films: await Promise.all([
        fixture('../src/main/demo/assets/sample-film.mp4'),
        fixture('fixtures/films/text.mp4'),
        fixture('fixtures/films/truncated.mp4'),
        fixture('fixtures/films/silent.mp4'),
      ]),
    };
    const bystanders = await Promise.all(Array.from({ length: 8 }, () => make.user()));
    const first = await firstThings();
    const bystander = await createBystander(server);
    const guests = await createGuestRoom(server, people.owner);
    const wholeBefore = await bystander.whole();
    const world = {
      ...given,
      uuids: [...given.uuids, ...bystander.uuids],
      texts: ['secret1', 'correct horse', guests.invite, ...bystanders.flatMap((user) => [user.username, user.refreshToken])],
    };
    const held = await tokens();
    held.set('guest', await guests.admit());
    const recent = createRecent(first, bystander);
    const seen = new Map<string, Map<number, number>>(operations.map(({ id }) => [id, new Map<number, number>()]));
    const faults: string[] = [];

    async function worker(queue: HostileRequest[]): Promise<void> {
      for (let taken = queue.pop(); taken !== undefined && faults.length < 10; taken = queue.pop()) {
        const next = { ...taken, target: recent.locate(taken.target, taken.as) };
        const answer = await send(next, held.get(next.as));
        recent.note(next, answer);
        const counts = seen.get(next.operation.id)!;
        counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
        const wrong = fault(next, answer);
        if (wrong !== undefined) faults.push(describeFault(wrong, next, answer));
        if (ENDING.has(next.operation.id) && answer.status === 200) {
          if (next.as === 'guest') held.set('guest', await guests.admit());
          else await restore();
        }
      }
    }
    /** Everybody is signed in again, as who they were. */
    async function restore(): Promise<void> {
      for (const [name, { id, role }] of Object.entries(people)) {
        const { accessToken } = await server.app.write(async (tx, effects) => {
          effects.add(invalidated(`user:${id}`));
          await tx.updateTable('users').set({ role, disabled_at: null }).where('id', '=', id).execute();
          return server.app.sessions.createSession(tx, effects, id, { userAgent: '', ip: '' });
        });
        held.set(name, accessToken);
      }
    }

    const memory: Memory[] = [];
    for (let sent = 0; sent < COUNT && faults.length === 0; sent += ROUND) {
      const queue = hostileRequests(description, world, { seed: (SEED + sent) % 2 ** 31, count: ROUND }).toReversed();
      await Promise.all(Array.from({ length: IN_FLIGHT }, () => worker(queue)));
      memory.push(await measureMemory());
    }
    expect(faults, `HOSTILE_SEED=${SEED} ${troubles.slice(0, 3).join('').slice(0, 4000)}`).toEqual([]);
    expect(await bystander.whole(), `HOSTILE_SEED=${SEED}`).toEqual(wholeBefore);
    expect(recent.addressed(), `HOSTILE_SEED=${SEED}`).toBeGreaterThan(COUNT / 50);
    const [warm, last] = [memory[0]!, memory.at(-1)!];
    expect(last.heapMb - warm.heapMb, `${JSON.stringify(memory)}; HOSTILE_SEED=${SEED}`).toBeLessThan(MAX_GROWTH.heapMb);
    expect(last.rssMb - warm.rssMb, `${JSON.stringify(memory)}; HOSTILE_SEED=${SEED}`).toBeLessThan(MAX_GROWTH.rssMb);

    // Some doors open in rare states only, about one in five not here; fewer would say that the requests are nonsense.
    const opened = [...seen.values()].filter((counts) => [...counts.keys()].some((status) => status < 400)).length;
    expect(opened / operations.length, `operations that served a request; HOSTILE_SEED=${SEED}`).toBeGreaterThan(0.65);
    expect((await server.ask('GET', '/health')).body.status).toBe('healthy');
    expect(await brokenInvariants(), `HOSTILE_SEED=${SEED}`).toEqual([]);
  },
);

const describeFault = (
  wrong: string,
  { operation, target, headers, body, as }: HostileRequest,
  answer: Answer,
): string =>
  `${wrong}: ${operation.method} ${target.slice(0, 300)} as ${as} ${JSON.stringify(headers).slice(0, 300)} ` +
  `${typeof body === 'string' ? body.slice(0, 500) : `${body?.length ?? 'no'} bytes`} → ${answer.status} ${answer.text.slice(0, 500)}`;

const INVARIANTS: Readonly<Record<string, string>> = {
  'rooms count their participants': `
    select id from rooms r where participant_count <> (select count(*) from room_participants where room_id = r.id)`,
  'no room holds more than it may': 'select id from rooms where participant_count > max_participants',
  'nobody who was put out for good is in': 'select 1 from room_participants natural join room_bans',
  'an owner in their room is its host': `
    select r.id from rooms r join room_participants p on p.room_id = r.id and p.user_id = r.owner_id where p.role <> 'host'`,
  'a room’s messages are numbered from 1 without a gap': `
    select room_id from chat_messages group by room_id having min(seq) <> 1 or max(seq) <> count(*)`,
  'a room’s counter is its last number': `
    select room_id from chat_counters c where last_seq <> (select coalesce(max(seq), 0) from chat_messages where room_id = c.room_id)`,
  'deleted messages keep no text': `select id from chat_messages where deleted_at is not null and content <> ''`,
  'no upload is left open': 'select id from movies where pending_file_key is not null',
  'no Idempotency-Key is left taken': 'select 1 from idempotency_keys where response is null',
  'every user can still be found by name': "select id from users where username = '' or email = ''",
  'somebody administers the server': `
    select 1 where not exists (select from users where role = 'admin' and disabled_at is null)`,
};

/** Invariants that do not hold, with how many rows break each. */
async function brokenInvariants(): Promise<string[]> {
  const broken: string[] = [];
  for (const [name, query] of Object.entries(INVARIANTS)) {
    try {
      await runSql(
        server.db.connectionString,
        `do $$ begin if exists (${query}) then raise exception 'broken'; end if; end $$`,
      );
    } catch (error) {
      broken.push(`${name}: ${String(error)}`);
    }
  }
  return broken;
}
