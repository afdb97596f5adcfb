import { io } from 'socket.io-client';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { startTestApp } from '../../../test/app.ts';
import { factoriesFor } from '../../../test/factories.ts';
import { AttendanceBook } from './attendance.ts';
import type { Timeline } from './playback.ts';
import type { Player } from './waiting.ts';
import { createWatching, daysOf, type Stretch } from './watching.ts';

const MINUTE_MS = 60_000;
const NOON_MS = Date.UTC(2030, 4, 6, 12);
const timeline: Timeline = {
  version: 3, movieId: 1, position: 0, rate: 1, playing: true, at: NOON_MS, waiting: null, commandsFrom: 0, readyFrom: 0,
};
const stretch = (from: number, to: number, given: Partial<Timeline> = {}): Stretch =>
  ({ userId: 1, fromMs: NOON_MS + from * MINUTE_MS, toMs: NOON_MS + to * MINUTE_MS, timeline: { ...timeline, ...given } });
const minutes = (stretches: readonly Stretch[], countedMs = -Infinity, duration: number | null = null) =>
  Object.fromEntries([...daysOf(stretches, countedMs, () => duration).days].map(([day, ms]) => [day, ms / MINUTE_MS]));

test('[RD3] No moment counts twice, none before what is counted, none before the start or past the end of the film', () => {
  expect(minutes([stretch(0, 10), stretch(5, 12), stretch(11, 20)])).toEqual({ '2030-05-06': 20 });
  expect(minutes([stretch(0, 10)], NOON_MS + 4 * MINUTE_MS)).toEqual({ '2030-05-06': 6 });
  expect(minutes([stretch(0, 10)], NOON_MS + 30 * MINUTE_MS)).toEqual({});
  expect(minutes([stretch(-5, 10)])).toEqual({ '2030-05-06': 10 });
  expect(minutes([stretch(0, 100)], -Infinity, 3600)).toEqual({ '2030-05-06': 60 });
  expect(minutes([stretch(0, 100, { rate: 2, position: 1200 })], -Infinity, 3600)).toEqual({ '2030-05-06': 20 });
  expect(minutes([stretch(11 * 60, 13 * 60, { at: NOON_MS + 11 * 60 * MINUTE_MS })])).toEqual({ '2030-05-06': 60, '2030-05-07': 60 });
  expect(minutes([stretch(0, 20 * 60)])).toEqual({ '2030-05-06': 6 * 60 });
});

test('[RD3] It is written down when it ends, once however many nodes tell of it, and not while the film plays on', async () => {
  const server = await startTestApp();
  onTestFinished(() => server.close());
  const make = factoriesFor(server);
  const [host, guest] = [await make.user(), await make.user()];
  const room = await make.room(host);
  const movie = await make.movie(host);
  const { kysely } = server.db.database;
  await kysely.updateTable('rooms').set({ movie_id: movie.id, playback_playing: true, playback_at: NOON_MS, playback_version: 1 })
    .where('id', '=', room.id).execute();
  let row: Awaited<ReturnType<typeof read>> | undefined;
  const read = () => kysely.selectFrom('rooms').selectAll().where('id', '=', room.id).executeTakeFirstOrThrow();
  row = await read();
  let nowMs = NOON_MS;
  let writes = 0;
  const node = () => {
    const book = new AttendanceBook();
    let looked: (roomId: number) => void = () => {};
    const watching = createWatching({
      book, clock: { now: () => nowMs }, log: pino({ level: 'silent' }),
      write: (work) => {
        writes += 1;
        return server.app.write(work);
      },
      board: {
        row: () => row,
        listen: (listener) => {
          looked = listener.looked;
          return () => {};
        },
      },
    });
    return { book, watching, look: () => looked(room.id) };
  };
  const [one, two] = [node(), node()];
  const watched = async () => new Map((await kysely.selectFrom('person_days').selectAll().where('watched_ms', '>', 0).execute())
    .map(({ user_id: id, watched_ms: ms }) => [id, ms / MINUTE_MS]));
  const player: Player = { version: 1, driftMs: 1, rttMs: 1, buffering: false, ready: true, free: false };
  const says = ({ book }: typeof one, userId: number, connection: string, more: Partial<Player> = {}) =>
    book.report(room.id, userId, connection, { ...player, ...more }, nowMs);
  for (const [at, connection] of [[one, 'a'], [two, 'b']] as const) at.book.arrive(room.id, { userId: guest.id, username: '' }, connection);
  one.book.arrive(room.id, { userId: host.id, username: '' }, 'h');
  says(one, guest.id, 'a');
  says(two, guest.id, 'b');
  says(one, host.id, 'h', { buffering: true });
  nowMs += 10 * MINUTE_MS;
  says(one, host.id, 'h');
  for (let minute = 0; minute < 20; minute += 1) {
    nowMs += MINUTE_MS;
    says(one, guest.id, 'a', { driftMs: minute });
    one.look();
    await one.watching.flush();
  }
  expect(writes).toBe(0);
  expect(await watched()).toEqual(new Map());
  one.book.depart(room.id, guest.id, 'a');
  await one.watching.flush();
  expect(await watched()).toEqual(new Map([[guest.id, 30]]));
  nowMs += 5 * MINUTE_MS;
  row = { ...row, playback_playing: false, playback_version: 2 };
  for (const at of [one, two]) at.look();
  nowMs += 30 * MINUTE_MS;
  for (const at of [one, two]) await at.watching.close();
  expect(await watched()).toEqual(new Map([[guest.id, 35], [host.id, 25]]));
});

test('[RD3] [RD4] What goes on is written down when the node stops; who comes in is counted', async () => {
  const server = await startTestApp();
  onTestFinished(() => server.close());
  const make = factoriesFor(server);
  const [host, guest] = [await make.user(), await make.user()];
  const movie = await make.movie(host);
  const room = await make.room(host, { movieId: movie.id });
  for (let nth = 0; nth < 2; nth += 1) {
    await server.ask('POST', `/api/rooms/${room.id}/join`, { token: guest.token, body: {} });
    await server.ask('POST', `/api/rooms/${room.id}/leave`, { token: guest.token });
  }
  const socket = io(server.url, { transports: ['websocket'], auth: { token: host.token }, forceNew: true, reconnection: false });
  onTestFinished(() => void socket.close());
  const send = (event: string, body: object) => socket.timeout(20_000).emitWithAck(event, body);
  const joined = await send('room:join', { roomId: room.id });
  const { version } = (await send('playback:command', { roomId: room.id, version: joined.data.playback.version, action: 'play' })).data;
  const report = { roomId: room.id, version, driftMs: 0, rttMs: 1, buffering: false, ready: true, free: false };
  expect(await send('playback:report', report)).toMatchObject({ success: true });
  const begun = Date.now();
  await expect.poll(() => Date.now() - begun, { timeout: 5000 }).toBeGreaterThan(1200);
  await server.app.close();
  const rows = await server.db.database.kysely.selectFrom('person_days').select(['user_id', 'joins', 'watched_ms']).execute();
  expect(rows.find(({ user_id: id }) => id === guest.id)).toMatchObject({ joins: 2, watched_ms: 0 });
  const mine = rows.find(({ user_id: id }) => id === host.id)!;
  expect(mine.joins).toBe(1);
  expect(mine.watched_ms).toBeGreaterThan(300);
});
