import { openAsBlob } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpClient, createLiveClient, createMemoryTokenStore, type HttpClient, type LiveClient } from '@watchparty/client';
import type { Playback } from '@watchparty/protocol';
import type { Browser } from 'playwright-core';
import { randomFrom } from '../../packages/client/src/sync/test/world.ts';
import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { makeFilm } from '../harness/film.ts';
import type { Row } from '../harness/result.ts';
import { openPostgres, openRedisServer, openWatchParty } from '../harness/services.ts';
import type { Shape } from '../harness/shaped-proxy.ts';
import { quantile, settledAt, skewsOf } from '../harness/skew-figures.ts';
import { bundlePage, openBrowser, openViewer, type SkewViewer } from '../harness/skew-viewers.ts';
import { compare } from '../harness/statistics.ts';
import type { ViewerOrder, ViewerRecord } from '../programs/skew-page.ts';

const NAME = 'skew';
const PEER = 'OpenTogetherTube’s rule';
const LIMIT = 'the limit';
const VIEWERS = 4;
const FILM_SECONDS = 300;
/** One frame of the film. */
const FRAME_MS = 40;
const WITHIN_MS = 40;
const SETTLE_SECONDS = 8;
const JOIN_LIMIT_SECONDS = 8;
const RATE_CHANGES_PER_MINUTE = 2;

const steadySeconds = ({ quick }: Options): number => (quick ? 10 : 60);
const rounds = ({ quick }: Options): number => (quick ? 1 : 3);
const joins = ({ quick }: Options): number => (quick ? 1 : 6);
const ROUND_SECONDS = 12;
/** Long enough for whoever is late. */
const EVENT_MS = 4500;

interface Network {
  readonly name: string;
  readonly shapeOf: (viewer: number) => Shape | undefined;
  /** What viewers' networks tell apart and pings cannot, ms: how late each one's clock is. */
  readonly lateMs: (viewer: number) => number;
  readonly goals: { readonly p95: number; readonly p99?: number; readonly aim?: number };
  /** Starts, seeks and joins are measured too. */
  readonly events: boolean;
}

const BAD: Shape = { upMs: 100, downMs: 100, jitterMs: 25, stalls: 0.01, stallMs: 1000 };
/** Down less up: 80 ms for two of them, -80 ms for the others. */
const opposite = (viewer: number): Shape =>
  ({ upMs: viewer % 2 === 0 ? 60 : 140, downMs: viewer % 2 === 0 ? 140 : 60, jitterMs: 10, stalls: 0, stallMs: 0 });

const NETWORKS: readonly Network[] = [
  { name: 'loopback', shapeOf: () => undefined, lateMs: () => 0, goals: { p95: 15, p99: 25, aim: 10 }, events: true },
  { name: '200 ± 50 ms, 1 % stall for 1 s', shapeOf: () => BAD, lateMs: () => 0, goals: { p95: 25, p99: 40, aim: 20 }, events: true },
  {
    name: '60 ms there and 140 back, or the other way', shapeOf: opposite,
    lateMs: (viewer) => (viewer % 2 === 0 ? 40 : -40), goals: { p95: 100 }, events: false,
  },
];

const partySeconds = (options: Options): number => 2 * SETTLE_SECONDS + steadySeconds(options);
const eventSeconds = (options: Options): number => rounds(options) * ROUND_SECONDS + joins(options) * JOIN_LIMIT_SECONDS;

interface House {
  readonly url: string;
  readonly browser: Browser;
  /** Of the viewers' pages. */
  readonly script: string;
  readonly host: HttpClient;
  /** On the true clock, and unshaped. */
  readonly live: LiveClient;
  readonly tokens: readonly string[];
  readonly movieId: number;
}

async function openHouse(context: Context): Promise<House> {
  const url = await openWatchParty(context, {
    databaseUrl: await openPostgres(context), redisUrl: await openRedisServer(context), cache: 'on',
  });
  const stores = Array.from({ length: VIEWERS }, () => createMemoryTokenStore());
  const clients = stores.map((tokens) => createHttpClient({ baseUrl: url, tokens }));
  const sessions = [];
  for (const [index, client] of clients.entries()) {
    sessions.push(await client.accounts.register({
      email: `anna${index}@example.org`, username: `anna${index}`, password: 'correct horse battery',
    }));
  }
  const host = clients[0]!;
  const movie = await host.movies.create({ title: 'Film', visibility: 'public' });
  await host.movies.upload(movie.id, await openAsBlob(await makeFilm(context, FILM_SECONDS)));
  const live = createLiveClient({ baseUrl: url, tokens: stores[0]!, http: host });
  context.defer(() => live.close());
  return {
    url, host, live, movieId: movie.id, browser: await openBrowser(context), script: await bundlePage(),
    tokens: await Promise.all(stores.map(async (store) => (await store.get())?.accessToken ?? '')),
  };
}

interface Party {
  readonly viewers: readonly SkewViewer[];
  /** The host's page acts; answers the room's state, whose `at` is a true time here. */
  act(command: Parameters<SkewViewer['command']>[0]): Promise<Playback>;
  /** The room's newest state, whoever or whatever changed it. */
  state(): Playback;
  close(): Promise<void>;
}

async function openParty(house: House, network: Network, rule: ViewerOrder['rule']): Promise<Party> {
  const { host, live, browser, script, movieId } = house;
  const room = await host.rooms.create({ name: 'In step', movieId });
  const { url: filmUrl } = await host.movies.streamUrl(movieId);
  const viewers: SkewViewer[] = [];
  for (const [index, token] of house.tokens.entries()) {
    viewers.push(await openViewer({
      browser, script, serverUrl: house.url, shape: network.shapeOf(index), random: randomFrom(index),
      order: { token, roomId: room.id, filmUrl: filmUrl.slice(house.url.length), rule },
    }));
  }
  const heard = live.joinRoom(room.id);
  await heard.entered();
  const onTrueClock = (playback: Playback): Playback => ({ ...playback, at: playback.at - (live.clock.reading().offsetMs ?? 0) });
  return {
    viewers,
    act: async (command) => onTrueClock(await viewers[0]!.command(command)),
    state: () => onTrueClock(heard.state.playback!),
    close: async () => {
      heard.close();
      for (const viewer of viewers) await viewer.close();
    },
  };
}

const takeRecords = (viewers: readonly SkewViewer[]): Promise<ViewerRecord[]> =>
  Promise.all(viewers.map((viewer) => viewer.takeRecord()));

/** Where the room is at a true time, for a viewer whose clock is late by so much. */
const roomAt = ({ position, rate, at }: Playback, lateMs: number) => (atMs: number): number =>
  position + (Math.max(0, atMs - lateMs - at) / 1000) * rate;

interface Steady {
  readonly p95: number;
  readonly p99: number;
  readonly framesP95: number;
  readonly max: number;
  readonly rateChangesPerMinute: number;
  readonly seeks: number;
  /** The room's state changed by itself: it waited for somebody. */
  readonly waited: boolean;
}

async function measureSteady(party: Party, seconds: number): Promise<Steady> {
  const { version } = await party.act({ action: 'play', position: 5 });
  await sleep(SETTLE_SECONDS * 1000);
  await takeRecords(party.viewers);
  const fromMs = performance.now();
  await sleep(seconds * 1000 + 500);
  const records = await takeRecords(party.viewers);
  const span = { fromMs: fromMs + 200, untilMs: fromMs + seconds * 1000 };
  const media = skewsOf(records.map(({ samples }) => samples), span, 'media');
  const frames = skewsOf(records.map((record) => record.frames), span, 'frames');
  const total = (of: (record: ViewerRecord) => number): number => records.reduce((sum, record) => sum + of(record), 0);
  return {
    p95: quantile(media, 0.95), p99: quantile(media, 0.99), max: quantile(media, 1), framesP95: quantile(frames, 0.95),
    rateChangesPerMinute: total(({ rateChangesMs }) => rateChangesMs.length) / VIEWERS / (seconds / 60),
    seeks: total(({ seeksMs }) => seeksMs.length),
    waited: party.state().version !== version,
  };
}

interface Settled {
  /** From when it took effect, or from when it arrived where that was later, ms. */
  readonly tookMs: number;
  readonly late: boolean;
}

/** What became of a command, for each viewer. Where the room waited for somebody, from the state that followed. */
function settledAfter(playback: Playback, records: readonly ViewerRecord[], network: Network): Settled[] {
  return records.map(({ samples, arrivedMs }, index) => {
    const arrived = arrivedMs[playback.version] ?? Infinity;
    const fromMs = Math.max(playback.at, arrived);
    const settled = settledAt(samples, playback.at, roomAt(playback, network.lateMs(index)), WITHIN_MS);
    return { tookMs: Math.max(0, settled - fromMs), late: arrived > playback.at };
  });
}

async function measureEvents(party: Party, network: Network, count: number): Promise<Settled[]> {
  const settled: Settled[] = [];
  for (let round = 0; round < count; round += 1) {
    await party.act({ action: 'pause' });
    await sleep(1500);
    for (const command of [{ action: 'play' }, { action: 'seek', position: 40 + round * 70 }] as const) {
      await takeRecords(party.viewers);
      let playback = await party.act(command);
      await sleep(EVENT_MS);
      while (playback.version !== party.state().version) {
        playback = party.state();
        await sleep(EVENT_MS);
      }
      settled.push(...settledAfter(playback, await takeRecords(party.viewers), network));
    }
  }
  return settled;
}

interface Joined {
  readonly tookMs: number;
  readonly reAims: number;
}

async function measureJoins(party: Party, network: Network, count: number): Promise<Joined[]> {
  const joined: Joined[] = [];
  const last = VIEWERS - 1;
  for (let nth = 0; nth < count; nth += 1) {
    await party.act({ action: 'seek', position: 20 + nth * 10 });
    await sleep(2000);
    const viewer = party.viewers[last]!;
    const beganMs = await viewer.reopen();
    await sleep(JOIN_LIMIT_SECONDS * 1000 - 3000);
    const { samples, counts } = await viewer.takeRecord();
    const settled = settledAt(samples, beganMs, roomAt(party.state(), network.lateMs(last)), WITHIN_MS);
    joined.push({ tookMs: settled - beganMs, reAims: counts?.reAims ?? 0 });
  }
  return joined;
}

/** A figure that has no peer, beside what it must not exceed. */
const limited = (what: string, unit: string, value: number, limit: number): Row => ({
  bench: NAME, what, ours: 'WatchParty', peer: LIMIT, unit,
  // What was never reached is shown as ten times too much.
  comparison: compare([{ ours: Number.isFinite(value) ? value : limit * 10, peer: limit }]), goal: { of: 'ours', atMost: limit },
});

/** What must not be the price of being in step. */
function restlessness({ seeks, rateChangesPerMinute, waited }: Steady): string | undefined {
  if (waited) return 'the room waited for somebody';
  if (seeks > 0) return `there were ${seeks} seeks`;
  return rateChangesPerMinute > RATE_CHANGES_PER_MINUTE ? `the rate changed ${rateChangesPerMinute.toFixed(1)} times a minute` : undefined;
}

function steadyRows({ name, goals }: Network, ours: Steady, peer: Steady): Row[] {
  const restless = restlessness(ours);
  const invalid = restless === undefined ? {} : { invalid: restless };
  const row = (what: string, key: 'p95' | 'p99' | 'framesP95', goal: Row['goal']): Row => ({
    bench: NAME, what: `${name}: ${what}`, ours: 'WatchParty', peer: PEER, unit: 'ms',
    // Frames may be the very same.
    comparison: compare([{ ours: ours[key], peer: Math.max(peer[key], 0.01) }]), ...(goal !== undefined && { goal }), ...invalid,
  });
  return [
    row('skew, p95', 'p95', { of: 'ours', atMost: goals.p95, ...(goals.aim !== undefined && { aim: goals.aim }) }),
    row('skew, p99', 'p99', goals.p99 === undefined ? undefined : { of: 'ours', atMost: goals.p99 }),
    row('frames shown, p95', 'framesP95', goals.p99 === undefined ? undefined : { of: 'ours', atMost: FRAME_MS }),
  ];
}

const steadyNote = (who: string, { max, seeks, rateChangesPerMinute }: Steady): string =>
  `${who}: at most ${max.toFixed(0)} ms apart, ${seeks} seeks, ${rateChangesPerMinute.toFixed(1)} changes of rate per minute and viewer`;

function eventRows(name: string, settled: readonly Settled[], joined: readonly Joined[]): Row[] {
  const slowest = (late: boolean): number => Math.max(...settled.filter((one) => one.late === late).map(({ tookMs }) => tookMs));
  const anyLate = settled.some(({ late }) => late);
  return [
    limited(`${name}: resumed or sought, slowest to be in step`, 'ms', slowest(false), 1000),
    ...(anyLate ? [limited(`${name}: the same, where it arrived late`, 'ms', slowest(true), 2000)] : []),
    limited(`${name}: joined, p95`, 'ms', quantile(joined.map(({ tookMs }) => tookMs), 0.95), 3000),
    limited(`${name}: joined, most re-aims`, 're-aims', Math.max(...joined.map(({ reAims }) => reAims)), 2),
  ];
}

async function run(context: Context): Promise<Outcome> {
  const { step, cores } = context;
  step(`${NAME}: server, film and browser`, 40);
  const rows: Row[] = [];
  const notes = [
    `${NAME}: ${VIEWERS} viewers in Chromium, H.264 at 25 frames a second, all pairs each 100 ms for ${steadySeconds(context)} s; ` +
    'where players are by their media clock, and which frames are due by requestVideoFrameCallback',
  ];
  // Browsers, the network and the server share all cores: nothing here is measured by how much work is done.
  const measure = async (): Promise<void> => {
    const house = await openHouse(context);
    for (const network of NETWORKS) {
      step(`${NAME}: ${network.name}`, partySeconds(context));
      const party = await openParty(house, network, 'watchparty');
      await sleep(SETTLE_SECONDS * 1000);
      const ours = await measureSteady(party, steadySeconds(context));
      if (network.events) {
        step(`${NAME}: ${network.name}: starts, seeks, joins`, eventSeconds(context));
        const settled = await measureEvents(party, network, rounds(context));
        rows.push(...eventRows(network.name, settled, await measureJoins(party, network, joins(context))));
        const lost = settled.filter(({ tookMs }) => tookMs === Infinity).length;
        if (lost > 0) notes.push(`${network.name}: ${lost} of ${settled.length} starts were not in step ${EVENT_MS} ms later`);
      }
      await party.close();
      step(`${NAME}: ${network.name}: ${PEER}`, partySeconds(context));
      const theirs = await openParty(house, network, 'opentogethertube');
      await sleep(SETTLE_SECONDS * 1000);
      const peer = await measureSteady(theirs, steadySeconds(context));
      await theirs.close();
      rows.push(...steadyRows(network, ours, peer));
      notes.push(`${network.name}: ${steadyNote('ours', ours)}; ${steadyNote('the peer', peer)}`);
    }
  };
  await cores.spread(measure);
  return { rows, notes };
}

export const skew: Bench = {
  name: NAME,
  title: 'How far viewers are apart',
  plan: (options) => 40 + NETWORKS.reduce((sum, { events }) => sum + 2 * partySeconds(options) + (events ? eventSeconds(options) : 0), 0),
  run,
};
