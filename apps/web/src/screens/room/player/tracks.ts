import type { HttpClient } from '@watchparty/client';
import type { Subtitles } from '@watchparty/protocol';
import { kept } from '../../../session/storage.ts';
import type { Stream, StreamTrack } from './stream.ts';

/** What one may choose from, and has chosen; ids are good for this film only. */
export interface TracksState {
  readonly subtitles: readonly StreamTrack[];
  /** Null: off. */
  readonly subtitle: string | null;
  readonly sounds: readonly StreamTrack[];
  readonly sound: string | null;
}

export const NO_TRACKS: TracksState = { subtitles: [], subtitle: null, sounds: [], sound: null };

export interface Tracks {
  /** The film's own subtitles, which others have added. */
  load(movieId: number, signal: AbortSignal): void;
  useStream(stream: Stream | undefined): void;
  streamChanged(): void;
  chooseSubtitles(id: string | null): void;
  chooseSound(id: string): void;
  clear(): void;
  close(): void;
}

interface Options {
  readonly http: Pick<HttpClient, 'movies'>;
  readonly onState: (state: TracksState) => void;
}

/** Where browsers have them: Safari, and others behind a setting. */
interface NativeSounds extends EventTarget, Iterable<{ enabled: boolean; readonly label: string; readonly language: string }> {
  readonly length: number;
}

const OFF = 'off';
/** Added subtitles and those of the stream share one list. */
const STREAM = 'stream-';
const ofStream = (id: string | null): string | null => (id?.startsWith(STREAM) === true ? id.slice(STREAM.length) : null);

/**
 * Subtitles and sound tracks of one's own: from the stream, from the film, and those that were added. What one chooses is
 * kept by its language for the next film.
 */
export function createTracks(video: HTMLVideoElement, { http, onState }: Options): Tracks {
  let added: readonly Subtitles[] = [];
  let stream: Stream | undefined;
  let chosen: string | null = null;
  let shown: { readonly element: HTMLTrackElement; readonly url: string } | undefined;
  let showing = new AbortController();
  /** Whether the film's tracks have been met with what was kept. */
  let settledSound = false;

  const native = (): NativeSounds | undefined => (video as { readonly audioTracks?: NativeSounds }).audioTracks;
  const nativeSounds = (): StreamTrack[] => [...(native() ?? [])].map(({ label, language }, index) => ({ id: String(index), label, language }));
  const sounds = (): readonly StreamTrack[] => stream?.sounds() ?? nativeSounds();
  const sound = (): string | null => {
    if (stream !== undefined) return stream.sound();
    const index = [...(native() ?? [])].findIndex(({ enabled }) => enabled);
    return index < 0 ? null : String(index);
  };
  const subtitles = (): StreamTrack[] => [
    ...added.map(({ id, label, language }) => ({ id: String(id), label, language })),
    ...(stream?.subtitles() ?? []).map(({ id, label, language }) => ({ id: STREAM + id, label, language })),
  ];
  const tell = (): void => onState({ subtitles: subtitles(), subtitle: chosen, sounds: sounds(), sound: sound() });

  function hide(): void {
    showing.abort();
    showing = new AbortController();
    if (shown === undefined) return;
    shown.element.remove();
    URL.revokeObjectURL(shown.url);
    shown = undefined;
  }

  async function show({ movieId, id, label, language }: Subtitles, { signal }: AbortController): Promise<void> {
    const text = await http.movies.subtitlesText(movieId, id, { signal });
    if (signal.aborted) return;
    const url = URL.createObjectURL(new Blob([text], { type: 'text/vtt' }));
    const element = document.createElement('track');
    Object.assign(element, { kind: 'subtitles', label, srclang: language, src: url });
    element.addEventListener('load', () => place(element.track));
    shown = { element, url };
    video.append(element);
    element.track.mode = 'showing';
  }

  function apply(id: string | null): void {
    hide();
    chosen = id;
    stream?.chooseSubtitles(ofStream(id));
    const one = added.find((subtitle) => String(subtitle.id) === id);
    tell();
    if (one === undefined) return;
    show(one, showing).catch(() => {
      // Gone or out of reach: then none are shown, and they can be chosen again.
      if (chosen === id && shown === undefined) {
        chosen = null;
        tell();
      }
    });
  }

  /** Chooses what was chosen before, where this film has it. */
  function recall(): void {
    const language = kept.get('subtitles');
    const known = subtitles().find((track) => track.language === language);
    if (chosen === null && known !== undefined) apply(known.id);
    const voice = sounds().find((track) => track.language !== '' && track.language === kept.get('sound'));
    if (!settledSound && voice !== undefined && sounds().length > 1) {
      settledSound = true;
      if (voice.id !== sound()) chooseSound(voice.id);
    }
    tell();
  }

  async function loadAdded(movieId: number, signal: AbortSignal): Promise<void> {
    try {
      const { items } = await http.movies.subtitles(movieId, { signal });
      if (signal.aborted) return;
      added = items;
      recall();
    } catch {
      // A film plays without.
    }
  }

  function chooseSound(id: string): void {
    if (stream === undefined) [...(native() ?? [])].forEach((track, index) => { track.enabled = String(index) === id; });
    else stream.chooseSound(id);
    tell();
  }

  const metadata = (): void => recall();
  video.addEventListener('loadedmetadata', metadata);
  return {
    load(movieId, signal) {
      void loadAdded(movieId, signal);
    },
    useStream(next) {
      stream = next;
      recall();
    },
    streamChanged() {
      // A stream that has just told its tracks has chosen by itself.
      stream?.chooseSubtitles(ofStream(chosen));
      recall();
    },
    chooseSubtitles(id) {
      kept.set('subtitles', id === null ? OFF : (subtitles().find((track) => track.id === id)?.language ?? OFF));
      apply(id);
    },
    chooseSound(id) {
      settledSound = true;
      kept.set('sound', sounds().find((track) => track.id === id)?.language ?? null);
      chooseSound(id);
    },
    clear() {
      hide();
      added = [];
      stream = undefined;
      chosen = null;
      settledSound = false;
      onState(NO_TRACKS);
    },
    close() {
      video.removeEventListener('loadedmetadata', metadata);
      hide();
    },
  };
}

export type SubtitlePlace = 'bottom' | 'top';
/** Lines from the edge: above the controls, which come and go. */
const LINES: Readonly<Record<SubtitlePlace, number>> = { bottom: -4, top: 1 };

export const subtitlePlace = (): SubtitlePlace => (kept.get('subtitle-place') === 'top' ? 'top' : 'bottom');

/** Puts lines that have no place of their own where the viewer wants them. */
export function place(track: TextTrack, at: SubtitlePlace = subtitlePlace()): void {
  for (const cue of track.cues ?? []) {
    if (!(cue instanceof VTTCue)) continue;
    if (cue.line === 'auto' || Object.values(LINES).includes(cue.line)) cue.line = LINES[at];
  }
}
