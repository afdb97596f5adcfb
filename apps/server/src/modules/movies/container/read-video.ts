import type { ReadableBytes } from '../../../storage/index.ts';
import type { FilmFacts, TrackFacts } from './facts.ts';
import { checkMp4Boxes } from './mp4.ts';
import { parseFilm } from './parse.ts';
import { otherCodec, otherContainer, unreadable } from './problems.ts';
import { SNIFF_BYTES, sniffContainer, type VideoContainer } from './sniff.ts';
import { checkWebmSegment } from './webm.ts';

/** What current browsers play, by the parser's names; HEVC where the machine can. */
const VIDEO_CODECS = { avc: 'h264', hevc: 'hevc', vp8: 'vp8', vp9: 'vp9', av1: 'av1' } as const;
const AUDIO_CODECS = { aac: 'aac', mp3: 'mp3', opus: 'opus', vorbis: 'vorbis', flac: 'flac' } as const;

export type VideoCodec = (typeof VIDEO_CODECS)[keyof typeof VIDEO_CODECS];
export type AudioCodec = (typeof AUDIO_CODECS)[keyof typeof AUDIO_CODECS];

/** A film as read from its bytes. */
export interface Video {
  readonly container: VideoContainer;
  readonly mimeType: 'video/mp4' | 'video/webm';
  readonly durationSeconds: number;
  /** As shown, in pixels: rotation and pixel shape applied. */
  readonly width: number;
  readonly height: number;
  readonly videoCodec: VideoCodec;
  /** Of the first sound track that browsers play; null: a silent film. */
  readonly audioCodec: AudioCodec | null;
}

/** The longest film there is runs 857 hours. */
const MAX_DURATION_SECONDS = 1000 * 3600;
const MAX_EDGE_PIXELS = 16_384;
const TIMEOUT_MS = 10_000;

/**
 * Reads what film a file holds, by its content alone. Refuses with `movies.file_container_unsupported` what is neither
 * mp4 nor webm, with `movies.file_truncated` what ends too early, with `movies.file_codec_unsupported` what browsers do
 * not play and with `movies.file_unreadable` the rest, after `timeoutMs` at the latest; fails otherwise only
 * as reading the file or `signal` does.
 */
export async function readVideo(
  file: ReadableBytes,
  { signal, timeoutMs = TIMEOUT_MS }: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
): Promise<Video> {
  const head = await file.read(0, Math.min(SNIFF_BYTES, file.sizeBytes));
  if (head.byteLength === 0) throw unreadable('It is empty.');
  const sniffed = sniffContainer(head, true);
  if (sniffed.kind === 'refused') throw otherContainer(sniffed.reason);
  if (sniffed.kind === 'undecided') throw unreadable('It is damaged.');

  if (sniffed.kind === 'mp4') await checkMp4Boxes(file);
  else await checkWebmSegment(file);
  const task = { container: sniffed.kind, sizeBytes: file.sizeBytes };
  return judge(sniffed.kind, await parseFilm(file, task, { timeoutMs, signal }));
}

function judge(container: VideoContainer, { video, audio, durationSeconds }: FilmFacts): Video {
  if (!video) throw unreadable('It has no picture.');
  const videoCodec = known(VIDEO_CODECS, video);
  if (!videoCodec) throw otherCodec(`Its picture is ${named(video)}, which browsers do not play.`);
  const audioCodec = audio.map((track) => known(AUDIO_CODECS, track)).find((codec) => codec !== undefined) ?? null;
  const unheard = audio[0];
  // Browsers would play it without a word, and nobody would know why.
  if (unheard && audioCodec === null) throw otherCodec(`Its sound is ${named(unheard)}, which browsers do not play.`);
  if (!within(video.width, MAX_EDGE_PIXELS) || !within(video.height, MAX_EDGE_PIXELS)) {
    throw unreadable('Its picture has no size.');
  }
  if (durationSeconds === null || !within(durationSeconds, MAX_DURATION_SECONDS)) throw unreadable('It has no length.');
  return {
    container,
    mimeType: `video/${container}`,
    durationSeconds,
    width: video.width,
    height: video.height,
    videoCodec,
    audioCodec,
  };
}

/** The public name of a track's codec; undefined when browsers do not play it or the track is encrypted. */
function known<T extends Record<string, string>>(codecs: T, track: TrackFacts): T[keyof T] | undefined {
  if (track.codec === null || isProtected(track) || !Object.hasOwn(codecs, track.codec)) return undefined;
  return codecs[track.codec as keyof T];
}

function named(track: TrackFacts): string {
  if (isProtected(track)) return 'protected against copying';
  const name = track.codecId.replace(/[^\x21-\x7e]/g, '').slice(0, 32);
  return name === '' ? 'of an unknown kind' : `encoded as “${name}”`;
}

function isProtected(track: TrackFacts): boolean {
  return track.codecId === 'encv' || track.codecId === 'enca';
}

function within(value: number, max: number): boolean {
  return Number.isFinite(value) && value > 0 && value <= max;
}
