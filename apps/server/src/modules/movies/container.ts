import type { ReadableBytes } from '../../storage/index.ts';

export type VideoContainer = 'mp4' | 'webm';
export type VideoCodec = 'h264' | 'hevc' | 'vp8' | 'vp9' | 'av1';
export type AudioCodec = 'aac' | 'mp3' | 'opus' | 'vorbis' | 'flac';

/** What the first bytes of a file say; `reason` is a phrase for a person: "Matroska (.mkv) …". */
export type Sniffed =
  | { readonly kind: VideoContainer }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'undecided' };

/** A film as read from its bytes. */
export interface Video {
  readonly container: VideoContainer;
  readonly mimeType: 'video/mp4' | 'video/webm';
  readonly durationSeconds: number;
  /** As shown: rotation and pixel shape applied. */
  readonly width: number;
  readonly height: number;
  readonly videoCodec: VideoCodec;
  /** null: a silent film. */
  readonly audioCodec: AudioCodec | null;
}

export declare function sniffContainer(head: Uint8Array, isWhole?: boolean): Sniffed;
export declare function readVideo(file: ReadableBytes): Promise<Video>;
