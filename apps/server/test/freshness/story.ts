import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { between, type Random, type Write } from '@watchparty/redis-kit/test/history';
import type { Database } from '../../src/db/index.ts';
import type { HttpClient, Reply } from './http-client.ts';
import type { Ledger } from './ledger.ts';
import type { Nodes } from './nodes.ts';

interface Deps {
  readonly nodes: Nodes;
  readonly http: HttpClient;
  readonly ledger: Ledger;
  readonly database: Database;
  readonly random: Random;
}

export interface Story {
  /** Goes on until `stop` is called. */
  tell(): Promise<void>;
  stop(): void;
  /** Answers that were neither right nor a refusal that was due. */
  readonly wrong: readonly string[];
  readonly hits: number;
  readonly bypasses: number;
}

interface Person {
  readonly id: number;
  readonly token: string;
}

/** Something that carries a rising number. Only one writer changes it at a time. */
interface Row {
  readonly key: number;
  value: number;
}

/** A room that comes and goes: odd values are rooms, even ones their absence. */
interface Slot extends Row {
  readonly nth: number;
  /** The rooms it has been, by value. */
  readonly ids: Map<number, number>;
  retired: boolean;
}

/** A seat taken and left again: odd values are taken. */
interface Seat extends Row {
  retired: boolean;
}

/** A person signing in and out: odd values are sessions, even ones their end. */
interface Presence extends Row {
  /** The access tokens of the sessions, by value. */
  readonly tokens: Map<number, string>;
  retired: boolean;
}

const READERS = 14;
const PASSWORD = 'correct horse';
const WRITE_PAUSE_MS = [0, 150] as const;

const sayWrong = (method: string, path: string, { status, body }: Reply): string =>
  `${method} ${path}: ${status} ${JSON.stringify(body)}`;

const numberIn = (text: string): number => Number(/n=(\d+)/.exec(text)?.[1] ?? 0);
const numberOfName = (username: string): number => Number(/^ann-(\d+)$/.exec(username)?.[1] ?? 0);

/** People who write and others who read, all over HTTP, each request at any node. */
export async function prepareStory({ nodes, http, ledger, database, random }: Deps): Promise<Story> {
  const wrong: string[] = [];
  let hits = 0;
  let bypasses = 0;
  let stopped = false;
  let keys = 0;
  const row = (): Row => ({ key: (keys += 1), value: 0 });
  const anyNode = (): number => between(random, 0, nodes.urls.length - 1);
  const pick = <T>(items: readonly T[]): T => items[between(random, 0, items.length - 1)]!;

  async function ask(method: string, path: string, token?: string, body?: object, node = 0): Promise<Reply> {
    const reply = await http.send(`${nodes.urls[node]}${path}`, method, token, body);
    if (reply.status >= 500 || reply.status === 429) wrong.push(sayWrong(method, path, reply));
    return reply;
  }
  // oxlint-disable-next-line no-explicit-any
  async function made(path: string, token: string | undefined, body: object): Promise<any> {
    const { status, body: answer } = await ask('POST', path, token, body);
    if (status >= 300) throw new Error(`POST ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer.data;
  }

  const people: Person[] = [];
  for (const name of ['ann', 'boris', 'eve', 'zoe']) {
    const body = { username: name, email: `${name}@example.org`, password: PASSWORD };
    const { user, accessToken } = await made('/api/auth/register', undefined, body);
    people.push({ id: user.id, token: accessToken });
  }
  const [ann, boris, eve] = people as [Person, Person, Person];
  const rooms: { id: number; text: Row; chat: Row; seat: Seat }[] = [];
  const movies: { id: number; text: Row }[] = [];
  for (let nth = 0; nth < 4; nth += 1) {
    const room = await made('/api/rooms', ann.token, { name: `Room ${nth}` });
    rooms.push({ id: room.id, text: row(), chat: row(), seat: { ...row(), retired: false } });
    const movie = await made('/api/movies', ann.token, { title: `Film ${nth}` });
    movies.push({ id: movie.id, text: row() });
  }
  const bio = row();
  const name = row();
  const slot = (nth: number): Slot => ({ ...row(), nth, ids: new Map(), retired: false });
  const slots = [slot(0), slot(1)];
  const presence: Presence = { ...row(), tokens: new Map(), retired: false };
  const secret = await made('/api/rooms', ann.token, { name: 'Secret', isPrivate: true, password: PASSWORD });
  const secretSeat: Seat = { ...row(), retired: false };

  /** The next value of a row. Undefined: nobody knows what became of it. */
  async function write(
    it: Row, send: (value: number, node: number) => Promise<Reply>, committed?: () => Promise<number>,
  ): Promise<Reply | undefined> {
    const node = anyNode();
    it.value += 1;
    const written: Write = ledger.began(it.key, it.value, nodes.processes[node]!);
    try {
      const reply = await send(it.value, node);
      if (reply.status < 300) ledger.answered(written);
      else if (reply.status < 500) wrong.push(`A write was refused: ${reply.status} ${JSON.stringify(reply.body)}`);
      return reply.status < 300 ? reply : undefined;
    } catch {
      // The node was killed. Whether it had committed the database knows.
      const brokeAtUs = ledger.now();
      if (committed !== undefined && (await committed()) >= it.value) ledger.unanswered(written, brokeAtUs);
      return undefined;
    }
  }

  const numberOf = async (text: ReturnType<typeof sql<{ text: string }>>): Promise<number> =>
    numberIn((await text.execute(database.kysely)).rows[0]?.text ?? '');

  const writers: (() => Promise<unknown>)[] = [
    ...rooms.map(({ id, text }) => () =>
      write(
        text,
        (value, node) => ask('PATCH', `/api/rooms/${id}`, ann.token, { description: `n=${value}` }, node),
        () => numberOf(sql`select description as text from rooms where id = ${id}`),
      )),
    ...movies.map(({ id, text }) => () =>
      write(
        text,
        (value, node) => ask('PATCH', `/api/movies/${id}`, ann.token, { description: `n=${value}` }, node),
        () => numberOf(sql`select description as text from movies where id = ${id}`),
      )),
    ...rooms.map(({ id, chat }) => () =>
      write(
        chat,
        (value, node) =>
          ask('POST', `/api/chat/${id}/messages`, ann.token, { content: `n=${value}` }, node),
        () => numberOf(sql`select content as text from chat_messages where room_id = ${id} order by seq desc limit 1`),
      )),
    ...rooms.map(({ id, seat }) => async () => {
      if (seat.retired) return sleep(1000);
      const done = await write(seat, (value, node) =>
        ask('POST', `/api/rooms/${id}/${value % 2 ? 'join' : 'leave'}`, boris.token, {}, node));
      seat.retired = done === undefined;
    }),
    () => write(
      bio, (value, node) => ask('PATCH', '/api/auth/profile', eve.token, { bio: `n=${value}` }, node),
      () => numberOf(sql`select bio as text from users where id = ${eve.id}`),
    ),
    () => write(
      name, (value, node) => ask('PATCH', '/api/auth/profile', ann.token, { username: `ann-${value}` }, node),
      () => numberOf(sql`select replace(username, 'ann-', 'n=') as text from users where id = ${ann.id}`),
    ),
    async () => {
      if (presence.retired) return sleep(1000);
      const done = await write(presence, async (value, node) => {
        if (value % 2 === 0) return ask('POST', '/api/auth/logout', presence.tokens.get(value - 1), undefined, node);
        const reply = await ask('POST', '/api/auth/login', undefined, { username: 'zoe', password: PASSWORD }, node);
        if (reply.status === 200) presence.tokens.set(value, reply.body.data.accessToken);
        return reply;
      });
      presence.retired = done === undefined;
    },
    async () => {
      if (secretSeat.retired) return sleep(1000);
      const done = await write(secretSeat, (value, node) =>
        value % 2
          ? ask('POST', `/api/rooms/${secret.id}/join`, boris.token, { password: PASSWORD }, node)
          : ask('POST', `/api/rooms/${secret.id}/leave`, boris.token, undefined, node));
      secretSeat.retired = done === undefined;
    },
    ...slots.map((it) => async () => {
      if (it.retired) return sleep(1000);
      const id = it.ids.get(it.value);
      const done = await write(it, (value, node) =>
        value % 2
          ? ask('POST', '/api/rooms', ann.token, { name: `Slot ${it.nth}`, description: `n=${value}` }, node)
          : ask('DELETE', `/api/rooms/${id}`, ann.token, undefined, node));
      if (done === undefined) it.retired = true;
      else if (it.value % 2) it.ids.set(it.value, done.body.data.id);
    }),
  ];

  // oxlint-disable-next-line no-explicit-any
  type Shown = (data: any, valuesAtEnd: ReadonlyMap<number, number>) => (readonly [number, number])[];

  /** The newest value, not above what was begun, of this parity: what a sight that tells only the parity can mean. */
  const newest = (value: number, odd: boolean): number => (value % 2 === (odd ? 1 : 0) ? value : value - 1);

  async function read(path: string, token: string | undefined, shown: Shown, missing?: Shown): Promise<void> {
    const node = anyNode();
    const process = nodes.processes[node]!;
    const beganAtUs = ledger.now();
    let reply: Reply;
    try {
      reply = await ask('GET', path, token, undefined, node);
    } catch {
      // Killed: the reader goes to another node, as its proxy would.
      return sleep(20);
    }
    const endedAtUs = ledger.now();
    const says = reply.status === 200 ? shown : reply.status === 404 || reply.status === 401 ? missing : undefined;
    if (says === undefined) return void wrong.push(sayWrong('GET', path, reply));
    if (reply.cache === 'HIT') hits += 1;
    if (reply.cache === 'BYPASS') bypasses += 1;
    const begun = new Map([...rooms.map(({ seat }) => seat), ...slots, secretSeat].map(({ key, value }) => [key, value]));
    ledger.reads.push({
      process, beganAtUs, endedAtUs, bypassed: reply.cache === 'BYPASS', returnedAtUs: 0, boundedUs: 0,
      shown: says(reply.body?.data, begun),
    });
  }

  // oxlint-disable-next-line no-explicit-any
  const roomShows = (data: any, begun: ReadonlyMap<number, number>): (readonly [number, number])[] => {
    const room = rooms.find(({ id }) => id === data.id);
    if (room === undefined) return [];
    const taken = newest(begun.get(room.seat.key)!, data.participantCount === 2);
    const text = [room.text.key, numberIn(data.description)] as const;
    return room.seat.retired ? [text] : [text, [room.seat.key, taken]];
  };

  const readers: (() => Promise<void>)[] = [
    ...rooms.map(({ id }) => () => read(`/api/rooms/${id}`, undefined, roomShows)),
    ...movies.map(({ id, text }) => () =>
      read(`/api/movies/${id}`, undefined, (data) => [[text.key, numberIn(data.description)]])),
    ...rooms.map(({ id, chat }) => () =>
      read(`/api/chat/${id}/messages`, ann.token, ({ items }) => [
        [chat.key, Math.max(0, ...items.map(({ content }: { content: string }) => numberIn(content)))],
        ...(items.length === 0 ? [] : [[name.key, numberOfName(items[0].username)] as const]),
      ])),
    async () => {
      const newestSession = [...presence.tokens].at(-1);
      if (newestSession === undefined || presence.retired) return;
      const [value, token] = newestSession;
      await read('/api/auth/profile', token, () => [[presence.key, value]], () => [[presence.key, value + 1]]);
    },
    ...[`/api/rooms/${secret.id}`, `/api/chat/${secret.id}/messages`].map((path) => async () => {
      if (secretSeat.retired) return;
      const isIn = (odd: boolean): Shown => (_data, begun) => [[secretSeat.key, newest(begun.get(secretSeat.key)!, odd)]];
      await read(path, boris.token, isIn(true), isIn(false));
    }),
    () => read('/api/auth/profile', eve.token, (data) => [[bio.key, numberIn(data.bio)]]),
    () => read('/api/auth/profile', ann.token, (data) => [[name.key, numberOfName(data.username)]]),
    () => read('/api/movies?limit=100', undefined, ({ items }) => movies.map(({ id, text }) => {
      const found = items.find((movie: { id: number }) => movie.id === id);
      return [text.key, numberIn(found.description)];
    })),
    () => read('/api/rooms?limit=100', undefined, ({ items }, begun) => [
      ...items.flatMap((room: object) => roomShows(room, begun)),
      ...slots.filter(({ retired }) => !retired).map(({ key, nth }) => {
        const found = items.find((room: { name: string }) => room.name === `Slot ${nth}`);
        return [key, found === undefined ? newest(begun.get(key)!, false) : numberIn(found.description)] as const;
      }),
    ]),
    async () => {
      const { key, ids, retired } = pick(slots);
      const known = [...ids].at(-1);
      if (known === undefined || retired) return;
      const [value, id] = known;
      await read(`/api/rooms/${id}`, undefined, () => [[key, value]], () => [[key, value + 1]]);
    },
  ];

  return {
    wrong,
    get hits() {
      return hits;
    },
    get bypasses() {
      return bypasses;
    },
    async tell() {
      const writing = writers.map(async (act) => {
        while (!stopped) {
          await act();
          await sleep(between(random, ...WRITE_PAUSE_MS));
        }
      });
      const reading = Array.from({ length: READERS }, async () => {
        while (!stopped) await pick(readers)();
      });
      await Promise.all([...writing, ...reading]);
    },
    stop() {
      stopped = true;
    },
  };
}
