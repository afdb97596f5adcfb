import type { HttpClient } from '@watchparty/client';

/** A film opened for its pictures, out of sight. */
export interface FilmFrames {
  readonly durationSeconds: number;
  /** Draws the frame at this second on the canvas. */
  show(seconds: number): Promise<void>;
  readonly canvas: HTMLCanvasElement;
  /** What the canvas shows. */
  picture(): Promise<Blob>;
  close(): void;
}

/** Posters are served at no more. */
const MAX_EDGE = 1280;
const OPEN_TIMEOUT_MS = 20_000;
/** Past the titles, before anything is given away. */
export const POSTER_SHARE = 0.1;

/** Opens the film at an address of this page or of its own server. Rejects when the browser cannot play it. */
export async function openFrames(url: string): Promise<FilmFrames> {
  const video = document.createElement('video');
  const canvas = document.createElement('canvas');
  video.muted = true;
  video.preload = 'auto';
  video.src = url;
  const close = (): void => {
    video.removeAttribute('src');
    video.load();
  };
  try {
    await happens(video, 'loadeddata');
  } catch (error) {
    close();
    throw error;
  }
  const scale = Math.min(1, MAX_EDGE / Math.max(video.videoWidth, video.videoHeight, 1));
  canvas.width = Math.max(1, Math.round(video.videoWidth * scale));
  canvas.height = Math.max(1, Math.round(video.videoHeight * scale));
  return {
    canvas, close,
    durationSeconds: Number.isFinite(video.duration) ? video.duration : 0,
    async show(seconds) {
      const sought = happens(video, 'seeked');
      video.currentTime = seconds;
      await sought;
      canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
    },
    picture: () => new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob === null ? reject(new Error('The canvas gave no picture')) : resolve(blob)), 'image/jpeg', 0.9);
    }),
  };
}

/** Gives a film that is being uploaded a picture of its own; false where the browser cannot take one. */
export async function givePoster({ movies }: Pick<HttpClient, 'movies'>, movieId: number, file: File): Promise<boolean> {
  const url = URL.createObjectURL(file);
  let frames: FilmFrames | undefined;
  try {
    frames = await openFrames(url);
    await frames.show(frames.durationSeconds * POSTER_SHARE);
    await movies.uploadPoster(movieId, await frames.picture());
    return true;
  } catch {
    // A film without a picture shows its title; one can be chosen later.
    return false;
  } finally {
    frames?.close();
    URL.revokeObjectURL(url);
  }
}

function happens(video: HTMLVideoElement, event: 'loadeddata' | 'seeked'): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => (): void => {
      clearTimeout(timer);
      video.removeEventListener(event, done);
      video.removeEventListener('error', failed);
      settle();
    };
    const done = end(resolve);
    const failed = end(() => reject(new Error(video.error?.message ?? 'The film does not open')));
    const timer = setTimeout(failed, OPEN_TIMEOUT_MS);
    video.addEventListener(event, done);
    video.addEventListener('error', failed);
  });
}
