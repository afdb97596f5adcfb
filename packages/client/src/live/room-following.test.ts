import type { playbackReport } from '@watchparty/protocol';
import type { Static } from 'typebox';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSimulatedPlayer, type SimulatedPlayer } from '../../../../examples/simulated-player.ts';
import { type LiveRoom, playback, startLiveRoom } from '../../test/live-room.ts';
import { soon } from '../../test/soon.ts';
import { createMemoryTokenStore } from '../tokens.ts';
import { createLiveClient, type LiveClient } from './live-client.ts';
import type { RoomFollowing } from './room-following.ts';
import { until } from './store.ts';

/** The server's clock differs from this machine's. */
const AHEAD_MS = 3_600_000;
let aheadMs = AHEAD_MS;

let there: LiveRoom;
let live: LiveClient;
let player: SimulatedPlayer;
let following: RoomFollowing | undefined;
beforeEach(async () => {
  aheadMs = AHEAD_MS;
  there = await startLiveRoom();
  there.server.on('clock:ping', ({ t0 }: { t0: number }) => ({ t0, t1: serverNow(), t2: serverNow() }));
  live = createLiveClient({ baseUrl: there.server.url, tokens: createMemoryTokenStore({ accessToken: 'good' }), random: () => 0.01 });
  player = createSimulatedPlayer({ seekMs: 5, playAfterSeekMs: 5, playAfterPauseMs: 1 });
});
afterEach(async () => {
  following?.close();
  player.close();
  live.close();
  await there.server.close();
});

const serverNow = (): number => performance.timeOrigin + performance.now() + aheadMs;
const reports = () => there.server.received('playback:report') as readonly Static<typeof playbackReport.body>[];

test('[LC15] The server’s clock is known a moment after connecting; after connecting again too, also where it is another one', async () => {
  await soon(() => live.clock.reading().synced);
  expect(Math.abs(live.clock.serverNow()! - serverNow())).toBeLessThan(1000);
  const pings = () => there.server.received('clock:ping').length;
  const again = async (): Promise<void> => {
    const before = pings();
    there.server.cut();
    await until(live.connection, ({ status }) => status === 'waiting');
    await until(live.connection, ({ status }) => status === 'connected');
    await soon(() => pings() > before);
  };
  await again();
  await soon(() => live.clock.reading().synced);
  aheadMs = -AHEAD_MS;
  await again();
  await soon(() => live.clock.reading().synced && Math.abs(live.clock.serverNow()! - serverNow()) < 1000);
});

test('[LC16] The player moves with the room', async () => {
  there.snapshot = { ...there.snapshot, playback: playback(1, { position: 20 }) };
  const session = live.joinRoom(1);
  following = session.follow(player);
  await soon(() => Math.abs(player.position - 20) < 0.01);
  const at = serverNow() + 100;
  there.server.tell('playback:state', playback(2, { position: 50, playing: true, at }));
  await soon(() => player.playing && player.position > 50.2);
  // A busy machine delays timers, and with them the start; what is far off would not be.
  expect(Math.abs(player.position - (50 + (serverNow() - at) / 1000))).toBeLessThan(1);
  following.close();
  there.server.tell('playback:state', playback(3));
  await until(session, (state) => state.playback?.version === 3);
  expect(player.playing).toBe(true);
});

test('[LC16] Another film is put in before the player is told of its timeline', async () => {
  const loads: (number | null)[] = [];
  const loading = Promise.withResolvers<void>();
  const session = live.joinRoom(1);
  await session.entered();
  following = session.follow(player, {
    loaded: 3,
    load(movieId) {
      loads.push(movieId);
      return loading.promise;
    },
  });
  expect(loads).toEqual([]);
  there.server.tell('playback:state', playback(2, { movieId: 4, position: 70 }));
  await until(session, (state) => state.playback?.version === 2);
  there.server.tell('playback:state', playback(3, { movieId: 4, position: 80 }));
  await until(session, (state) => state.playback?.version === 3);
  expect(loads).toEqual([4]);
  expect(player.position).toBe(0);
  loading.resolve();
  await soon(() => Math.abs(player.position - 80) < 0.01);
});

test('[LC16] The room is told how the player gets along, at most once a second', async () => {
  const toldAtMs: number[] = [];
  there.server.on('playback:report', () => {
    toldAtMs.push(performance.now());
    return null;
  });
  there.snapshot = { ...there.snapshot, playback: playback(4, { position: 5 }) };
  const session = live.joinRoom(1);
  following = session.follow(player);
  await soon(() => reports().some(({ ready, rttMs }) => ready && rttMs !== null));
  expect(reports().at(-1)).toMatchObject({ roomId: 1, version: 4, buffering: false, free: false });
  there.server.tell('playback:state', playback(5, { position: 5, playing: true, at: serverNow() }));
  // It may begin at a later place, having been told too late for this one.
  await soon(() => player.position > 6);
  player.starve(true);
  await soon(() => reports().at(-1)?.buffering === true);
  expect(reports().at(-1)).toMatchObject({ version: 5, ready: false });
  player.starve(false);
  await soon(() => reports().at(-1)?.ready === true);
  following.setFree(true);
  await soon(() => reports().at(-1)?.free === true);
  // They leave a second apart, though on their way they may draw nearer.
  expect(toldAtMs.length).toBeLessThanOrEqual((toldAtMs.at(-1)! - toldAtMs[0]!) / 1000 + 2);

  const before = reports().length;
  there.server.cut();
  await until(session, ({ status }) => status === 'entering');
  await soon(() => reports().length > before);
});
