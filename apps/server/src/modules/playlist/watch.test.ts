import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Timeline } from '../rooms/index.ts';
import { createPlaylistWatch } from './watch.ts';

const START = 1_700_000_000_000;
const ROOM = 7;
beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

const film = (version: number, given: Partial<Timeline> = {}): Timeline => ({
  version, commandsFrom: version, readyFrom: version, movieId: 1, position: 0, rate: 1, playing: true, at: START, waiting: null,
  ...given,
});

/** The watch among rooms and a database that do as they are told. */
function world(durationSeconds: number | null = 100) {
  const asked: { version: number; atMs: number }[] = [];
  const answers: (number | 'fails' | undefined)[] = [];
  let recounts = 0;
  let timeline: Timeline | undefined;
  const listeners: Record<'looked' | 'attends', (roomId: number) => void> = { looked: () => {}, attends: () => {} };
  const watch = createPlaylistWatch({
    playlists: {
      async goOnAtEnd(_write, _roomId, version) {
        asked.push({ version, atMs: Date.now() - START });
        const answer = answers.shift();
        if (answer === 'fails') throw new Error('The database is away');
        return answer === undefined ? undefined : START + answer;
      },
      recount: async () => void (recounts += 1),
    },
    rooms: {
      timelineOf: () => timeline,
      onLooked(looked) {
        listeners.looked = looked;
        return () => {};
      },
    },
    movies: { durationSeconds: async () => durationSeconds },
    onAttendance(changed) {
      listeners.attends = changed;
      return () => {};
    },
    write: () => Promise.reject(new Error('Nothing is written here')), clock: { now: () => Date.now() }, log: pino({ level: 'silent' }),
  });
  return {
    watch, asked, answers, recounts: () => recounts,
    async shows(next: Timeline | undefined): Promise<void> {
      timeline = next;
      listeners.looked(ROOM);
      await vi.advanceTimersByTimeAsync(0);
    },
    attends: () => listeners.attends(ROOM),
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  };
}

test('[PL5] Nothing is asked before the end, and then once', async () => {
  const { shows, asked, pass } = world();
  await shows(film(1, { position: 40, rate: 2 }));
  await shows(film(1, { position: 40, rate: 2 }));
  await pass(29_999);
  expect(asked).toEqual([]);
  await pass(100_000);
  expect(asked).toEqual([{ version: 1, atMs: 30_000 }]);
});

test('[PL5] What plays no more, or otherwise, is waited for no more', async () => {
  const { shows, asked, pass } = world();
  await shows(film(1));
  await shows(film(2, { playing: false }));
  await shows(film(3, { position: 90 }));
  await shows(film(4, { position: 50 }));
  await pass(60_000);
  expect(asked).toEqual([{ version: 4, atMs: 50_000 }]);
  await shows(film(5));
  await shows(undefined);
  await pass(200_000);
  expect(asked).toHaveLength(1);
});

test('[PL5] It is asked again when the database says so, and after a failure', async () => {
  const { shows, asked, answers, pass } = world();
  answers.push(150_000, 'fails', undefined);
  await shows(film(1));
  await pass(500_000);
  expect(asked.map(({ atMs }) => atMs)).toEqual([100_000, 150_000, 155_000]);
});

test('[PL5] The longest films are waited for, those of unknown length are not', async () => {
  const days = 40 * 24 * 60 * 60;
  const long = world(days);
  await long.shows(film(1));
  await long.pass((days + 1) * 1000);
  expect(long.asked).toEqual([{ version: 1, atMs: days * 1000 }]);
  const unknown = world(null);
  await unknown.shows(film(1));
  await unknown.pass(1e9);
  expect(unknown.asked).toEqual([]);
});

test('[PL7] Comings and goings are counted some time later, once, and only where somebody wished', async () => {
  const { watch, shows, attends, recounts, pass } = world(null);
  await shows(film(1));
  attends();
  await pass(10_000);
  expect(recounts()).toBe(0);
  watch.wished(ROOM);
  for (let nth = 0; nth < 10; nth += 1) attends();
  await pass(4000);
  expect(recounts()).toBe(0);
  await pass(10_000);
  expect(recounts()).toBe(1);
});

test('[PL5] Closed, it asks nothing any more', async () => {
  const { watch, shows, asked, pass } = world();
  await shows(film(1));
  await watch.close();
  await shows(film(2));
  await pass(1e6);
  expect(asked).toEqual([]);
});
