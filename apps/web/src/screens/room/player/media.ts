import { ApiError, type HttpClient, NetworkError } from '@watchparty/client';
import { openStream, type Stream } from './stream.ts';
import { createTracks, type Tracks, type TracksState } from './tracks.ts';

/** Why a film does not play. `missing`: its address leads nowhere; `closed`: its site gives it to its own pages only. */
export type FailureKind = 'network' | 'gone' | 'undecodable' | 'no-film' | 'missing' | 'closed';

export interface MediaState {
  /** `empty`: the room plays nothing. */
  readonly status: 'empty' | 'loading' | 'loaded' | 'failed';
  readonly failure?: FailureKind;
}

export interface Media {
  readonly tracks: Tracks;
  load(movieId: number | null): Promise<void>;
  /** Tries the same film again. */
  reload(): Promise<void>;
  /** The element itself has failed. */
  elementFailed(): void;
  close(): void;
}

interface MediaOptions {
  readonly http: Pick<HttpClient, 'movies'>;
  readonly onState: (state: MediaState) => void;
  readonly onTracks: (state: TracksState) => void;
}

const MEDIA_ERR_NETWORK = 2;
const HAVE_METADATA = 1;
/** An address of a film that is older than this may have expired: then the player is given a new one, unasked. */
const OLD_MS = 60_000;

/** Puts films into a video element: uploaded ones by a signed address, linked ones by theirs, HLS through hls.js. */
export function createMedia(video: HTMLVideoElement, { http, onState, onTracks }: MediaOptions): Media {
  const tracks = createTracks(video, { http, onState: onTracks });
  let stream: Stream | undefined;
  let current: number | null = null;
  let address = '';
  let loadedAtMs = 0;
  let stop = new AbortController();

  function empty(): void {
    stop.abort();
    stop = new AbortController();
    stream?.close();
    stream = undefined;
    tracks.clear();
    if (!video.hasAttribute('src')) return;
    video.removeAttribute('src');
    video.load();
  }

  const fail = (failure: FailureKind): void => onState({ status: 'failed', failure });

  /** What is wrong with an address that gave no film, as far as a page can find out. */
  async function failAt(url: string, otherwise: FailureKind): Promise<void> {
    const { signal } = stop;
    const failure = await lookAt(url, signal);
    if (!signal.aborted) fail(failure ?? otherwise);
  }

  async function put(movieId: number, signal: AbortSignal): Promise<void> {
    const movie = await http.movies.get(movieId, { signal });
    if (movie.hasFile) {
      const { url } = await http.movies.streamUrl(movieId, { signal });
      signal.throwIfAborted();
      address = url;
      video.src = url;
    } else if (movie.url === null) {
      fail('no-film');
      return;
    } else if (/\.m3u8$/i.test(new URL(movie.url).pathname)) {
      address = movie.url;
      const opened = await openStream(video, address, {
        onFailed: (kind) => (kind === 'unreadable' ? fail('undecodable') : void failAt(address, 'network')),
        onTracks: tracks.streamChanged,
      });
      if (signal.aborted) return opened?.close();
      stream = opened;
      tracks.useStream(opened);
    } else {
      address = movie.url;
      video.src = movie.url;
    }
    loadedAtMs = performance.now();
    onState({ status: 'loaded' });
    tracks.load(movieId, signal);
  }

  async function load(movieId: number | null): Promise<void> {
    empty();
    current = movieId;
    if (movieId === null) {
      onState({ status: 'empty' });
      return;
    }
    const { signal } = stop;
    onState({ status: 'loading' });
    try {
      await put(movieId, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) fail('gone');
      else if (error instanceof NetworkError || error instanceof ApiError) fail('network');
      else throw error;
    }
  }

  const reload = (): Promise<void> => load(current);

  return {
    tracks, load, reload,
    elementFailed() {
      // Taking a film out is no failure.
      if (video.error === null || !video.hasAttribute('src')) return;
      const had = video.readyState >= HAVE_METADATA || video.error.code === MEDIA_ERR_NETWORK;
      if (performance.now() - loadedAtMs > OLD_MS) void reload();
      else if (had) fail('network');
      else void failAt(address, 'undecodable');
    },
    close() {
      empty();
      tracks.close();
    },
  };
}

/** Undefined: the address is there, so what it gives cannot be played. */
async function lookAt(url: string, signal: AbortSignal): Promise<FailureKind | undefined> {
  const own = new URL(url, location.href).origin === location.origin;
  try {
    const { status } = await fetch(url, { method: 'HEAD', signal, credentials: own ? 'same-origin' : 'omit' });
    if (status === 404 || status === 410) return own ? 'gone' : 'missing';
    return status >= 500 ? 'network' : undefined;
  } catch {
    if (signal.aborted || own) return 'network';
  }
  try {
    // The site may be there and answer its own pages only.
    await fetch(url, { method: 'HEAD', mode: 'no-cors', signal, credentials: 'omit' });
    return /\.m3u8$/i.test(new URL(url).pathname) ? 'closed' : undefined;
  } catch {
    return 'network';
  }
}
