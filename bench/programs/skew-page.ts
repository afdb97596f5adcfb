/** One viewer, in a browser: plays a room's film, and writes down where the player was at which time. */
import {
  createLiveClient, createMemoryTokenStore, type FollowerCounts, type FollowerStatus, type FrameWitness, type LiveClient, onFrames,
  type RoomSession, type VideoElement, videoPlayer,
} from '@watchparty/client';
import type { Playback, PlaybackCommand } from '@watchparty/protocol';

export interface ViewerOrder {
  readonly token: string;
  readonly roomId: number;
  readonly filmUrl: string;
  /** `opentogethertube`: no clock, a seek past a second, checked four times a second. */
  readonly rule: 'watchparty' | 'opentogethertube';
}

/** Times are true ones, ms. */
export interface ViewerRecord {
  readonly samples: readonly (readonly [atMs: number, position: number])[];
  readonly frames: readonly (readonly [shownAtMs: number, position: number])[];
  readonly rateChangesMs: readonly number[];
  readonly seeksMs: readonly number[];
  /** When each version of the room's state arrived. */
  readonly arrivedMs: Readonly<Record<number, number>>;
  readonly counts: FollowerCounts | undefined;
  readonly status: FollowerStatus | undefined;
  readonly clock: { readonly synced: boolean; readonly rttMs: number | null };
  /** How well the page knows the true time, ms. */
  readonly trueClockErrorMs: number;
}

export interface ViewerPage {
  enter(order: ViewerOrder): Promise<void>;
  command(command: Omit<PlaybackCommand, 'version'>): Promise<Playback>;
  /** Takes what was written down since the last time. */
  takeRecord(): Promise<ViewerRecord>;
}

type Video = VideoElement & FrameWitness & { src: string };
declare const document: { querySelector(selector: 'video'): Video };

const SAMPLE_MS = 50;
const video = document.querySelector('video');
const now = (): number => performance.now();

let record = emptyRecord();
let room: RoomSession | undefined;
let live: LiveClient | undefined;
let trueClock: { readonly offsetMs: number; readonly errorMs: number } | undefined;
let following: { readonly counts: FollowerCounts; readonly status: FollowerStatus | undefined } | undefined;

function emptyRecord() {
  return {
    samples: [] as [number, number][], frames: [] as [number, number][], rateChangesMs: [] as number[], seeksMs: [] as number[],
    arrivedMs: {} as Record<number, number>,
  };
}

/** The quickest of many questions to a server on this machine: right to half of what it took. */
async function learnTrueClock(): Promise<{ readonly offsetMs: number; readonly errorMs: number }> {
  let best = { offsetMs: 0, errorMs: Infinity };
  for (let nth = 0; nth < 40; nth += 1) {
    const before = now();
    const told = Number(await (await fetch('/true-clock')).text());
    const errorMs = (now() - before) / 2;
    if (errorMs < best.errorMs) best = { offsetMs: told - before - errorMs, errorMs };
  }
  return best;
}

/** At the start of a task, for `currentTime` stands still within one. */
function sample(): void {
  const position = video.currentTime;
  record.samples.push([now(), position]);
  setTimeout(sample, SAMPLE_MS);
}

/** OpenTogetherTube's rule: where the film is by the time since the state arrived; a seek when that is over a second off. */
function followNaively(playback: Playback, arrivedMs: number): () => void {
  const target = (): number => playback.position + (playback.playing ? ((now() - arrivedMs) / 1000) * playback.rate : 0);
  const check = (): void => {
    if (Math.abs(video.currentTime - target()) > 1) video.currentTime = target();
  };
  video.playbackRate = playback.rate;
  check();
  if (playback.playing) void video.play();
  else video.pause();
  const timer = setInterval(check, 250);
  return () => clearInterval(timer);
}

async function enter({ token, roomId, filmUrl, rule }: ViewerOrder): Promise<void> {
  video.src = filmUrl;
  sample();
  onFrames(video, (position, shownAtMs) => record.frames.push([shownAtMs, position]));
  video.addEventListener('ratechange', () => record.rateChangesMs.push(now()));
  video.addEventListener('seeking', () => record.seeksMs.push(now()));
  live = createLiveClient({ baseUrl: '', tokens: createMemoryTokenStore({ accessToken: token }) });
  room = live.joinRoom(roomId);
  let stop = (): void => {};
  let version = -1;
  const changed = (playback: Playback | undefined): void => {
    if (playback === undefined || playback.version <= version) return;
    version = playback.version;
    record.arrivedMs[version] = now();
    if (rule === 'watchparty') return;
    stop();
    stop = followNaively(playback, now());
  };
  room.subscribe(() => changed(room?.state.playback));
  if (rule === 'watchparty') following = room.follow(videoPlayer(video));
  await room.entered();
}

const page: ViewerPage = {
  enter,
  async command(command) {
    if (room === undefined) throw new Error('Not in a room');
    return room.command(command);
  },
  async takeRecord() {
    // Not before there is something to tell: it must not hold up who joins.
    const { offsetMs, errorMs } = trueClock ??= await learnTrueClock();
    const taken = record;
    record = emptyRecord();
    const moved = (ms: number): number => ms + offsetMs;
    const { synced = false, rttMs = null } = live?.clock.reading() ?? {};
    return {
      samples: taken.samples.map(([atMs, position]) => [moved(atMs), position]),
      frames: taken.frames.map(([shownAtMs, position]) => [moved(shownAtMs), position]),
      rateChangesMs: taken.rateChangesMs.map(moved), seeksMs: taken.seeksMs.map(moved),
      arrivedMs: Object.fromEntries(Object.entries(taken.arrivedMs).map(([version, ms]) => [version, moved(ms)])),
      counts: following?.counts, status: following?.status, clock: { synced, rttMs }, trueClockErrorMs: errorMs,
    };
  },
};
Object.assign(globalThis, { viewer: page });
