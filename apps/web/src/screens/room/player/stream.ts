/** A track as a stream names it. */
export interface StreamTrack {
  readonly id: string;
  readonly label: string;
  readonly language: string;
}

/** An HLS stream in a video element. */
export interface Stream {
  sounds(): readonly StreamTrack[];
  sound(): string | null;
  chooseSound(id: string): void;
  subtitles(): readonly StreamTrack[];
  /** Null: none. */
  chooseSubtitles(id: string | null): void;
  close(): void;
}

interface Options {
  readonly onFailed: (kind: 'unreachable' | 'unreadable') => void;
  /** Other tracks, or another one chosen. */
  readonly onTracks: () => void;
}

/** Plays HLS through hls.js, brought in for the first one; undefined where only the browser itself can. */
export async function openStream(video: HTMLVideoElement, url: string, { onFailed, onTracks }: Options): Promise<Stream | undefined> {
  const [{ default: Hls }, { default: workerPath }] = await Promise.all([import('hls.js'), import('hls.js/dist/hls.worker.js?url')]);
  if (!Hls.isSupported()) {
    video.src = url;
    return undefined;
  }
  const hls = new Hls({ workerPath });
  let recovered = false;
  let ended = false;
  hls.on(Hls.Events.ERROR, (_event, { fatal, type }) => {
    if (!fatal || ended) return;
    if (type === Hls.ErrorTypes.MEDIA_ERROR && !recovered) {
      recovered = true;
      hls.recoverMediaError();
      return;
    }
    ended = true;
    hls.destroy();
    onFailed(type === Hls.ErrorTypes.NETWORK_ERROR ? 'unreachable' : 'unreadable');
  });
  for (const event of [Hls.Events.MANIFEST_PARSED, Hls.Events.AUDIO_TRACKS_UPDATED, Hls.Events.AUDIO_TRACK_SWITCHED, Hls.Events.SUBTITLE_TRACKS_UPDATED] as const) {
    hls.on(event, onTracks);
  }
  hls.subtitleDisplay = true;
  hls.loadSource(url);
  hls.attachMedia(video);
  const named = ({ name, lang }: { readonly name: string; readonly lang?: string | undefined }, index: number): StreamTrack =>
    ({ id: String(index), label: name, language: lang ?? '' });
  return {
    sounds: () => hls.audioTracks.map(named),
    sound: () => (hls.audioTrack < 0 ? null : String(hls.audioTrack)),
    chooseSound(id) {
      hls.audioTrack = Number(id);
    },
    subtitles: () => hls.subtitleTracks.map(named),
    chooseSubtitles(id) {
      const next = id === null ? -1 : Number(id);
      if (hls.subtitleTrack !== next) hls.subtitleTrack = next;
    },
    close() {
      if (!ended) hls.destroy();
      ended = true;
    },
  };
}
