import type { VideoContainer } from './sniff.ts';

/** One track as the parser sees it; `codec` is null when it does not know the one in the file (`codecId`). */
export interface TrackFacts {
  readonly codec: string | null;
  /** The container's own name for the codec: `avc1`, `V_VP9`. */
  readonly codecId: string;
}

/** What the parser finds in a film, not yet judged. */
export interface FilmFacts {
  readonly video: (TrackFacts & { readonly width: number; readonly height: number }) | null;
  readonly audio: readonly TrackFacts[];
  readonly durationSeconds: number | null;
}

/** What the parsing thread is started with. */
export interface ParseTask {
  readonly container: VideoContainer;
  readonly sizeBytes: number;
}

/** From the thread to the side that holds the file: it asks for bytes, and ends with one answer. */
export type FromParser =
  | { readonly kind: 'read'; readonly id: number; readonly start: number; readonly length: number }
  | { readonly kind: 'facts'; readonly facts: FilmFacts }
  | { readonly kind: 'unreadable'; readonly message: string };

export interface BytesForParser {
  readonly id: number;
  readonly bytes: Uint8Array;
}
