import { ApiError, type HttpClient, NetworkError } from '@watchparty/client';

/** Why a film does not play. */
export type FailureKind = 'network' | 'gone' | 'undecodable' | 'no-film';

export interface MediaState {
  /** `empty`: the room plays nothing. */
  readonly status: 'empty' | 'loading' | 'loaded' | 'failed';
  readonly failure?: FailureKind;
}

export interface Media {
  load(movieId: number | null): Promise<void>;
  /** Tries the same film again. */
  reload(): Promise<void>;
  /** The element itself has failed. */
  elementFailed(): void;
  close(): void;
}

interface Stream {
  destroy(): void;
}

const MEDIA_ERR_NETWORK = 2;
const HAVE_METADATA = 1;
/** An address of a film that is older than this may have expired: then the player is given a new one, unasked. */
const OLD_MS = 60_000;

/** Puts films into a video element: uploaded ones by a signed address, linked ones by theirs, HLS through hls.js. */
export function createMedia(video: HTMLVideoElement, { http, onState }: {
  readonly http: Pick<HttpClient, 'movies'>; readonly onState: (state: MediaState) => void;
}): Media {
  let stream: Stream | undefined;
  let current: number | null = null;
  let loadedAtMs = 0;
  let stop = new AbortController();

  function empty(): void {
    stop.abort();
    stop = new AbortController();
    stream?.destroy();
    stream = undefined;
    if (!video.hasAttribute('src')) return;
    video.removeAttribute('src');
    video.load();
  }

  const fail = (failure: FailureKind): void => onState({ status: 'failed', failure });

  async function openStream(url: string, signal: AbortSignal): Promise<void> {
    const [{ default: Hls }, { default: workerPath }] = await Promise.all([import('hls.js'), import('hls.js/dist/hls.worker.js?url')]);
    if (signal.aborted) return;
    if (!Hls.isSupported()) {
      video.src = url;
      return;
    }
    const hls = new Hls({ workerPath });
    stream = hls;
    let recovered = false;
    hls.on(Hls.Events.ERROR, (_event, { fatal, type }) => {
      if (!fatal) return;
      if (type === Hls.ErrorTypes.MEDIA_ERROR && !recovered) {
        recovered = true;
        hls.recoverMediaError();
        return;
      }
      hls.destroy();
      fail(type === Hls.ErrorTypes.NETWORK_ERROR ? 'network' : 'undecodable');
    });
    hls.loadSource(url);
    hls.attachMedia(video);
  }

  async function put(movieId: number, signal: AbortSignal): Promise<void> {
    const movie = await http.movies.get(movieId, { signal });
    if (movie.hasFile) {
      const { url } = await http.movies.streamUrl(movieId, { signal });
      signal.throwIfAborted();
      video.src = url;
    } else if (movie.url === null) {
      fail('no-film');
      return;
    } else if (/\.m3u8$/i.test(new URL(movie.url).pathname)) {
      await openStream(movie.url, signal);
    } else {
      video.src = movie.url;
    }
    loadedAtMs = performance.now();
    onState({ status: 'loaded' });
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
    load, reload,
    elementFailed() {
      // Taking a film out is no failure.
      if (video.error === null || !video.hasAttribute('src')) return;
      const had = video.readyState >= HAVE_METADATA || video.error.code === MEDIA_ERR_NETWORK;
      if (performance.now() - loadedAtMs > OLD_MS) void reload();
      else fail(had ? 'network' : 'undecodable');
    },
    close: empty,
  };
}
