import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { ApiError, fingerprintOf, uploadInGoes } from '@watchparty/client';
import type { Movie, MovieUpload } from '@watchparty/protocol';
import { sendPartOf } from '../../api/send-part.ts';
import { useChanged } from '../../api/use-changed.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession, useUser } from '../../session/context.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { pauseUntilWorthIt } from './pause.ts';

/** `resting`: the server holds a part, and the file is to be chosen again. */
export type UploadStatus = 'sending' | 'waiting' | 'paused' | 'resting' | 'failed';

export interface UploadView {
  readonly movieId: number;
  readonly title: string;
  readonly fileName: string;
  readonly totalBytes: number;
  readonly sentBytes: number;
  readonly status: UploadStatus;
  readonly error?: unknown;
}

interface Uploads {
  readonly all: readonly UploadView[];
  readonly begin: (movie: Pick<Movie, 'id' | 'title'>, file: File) => void;
  readonly pause: (movieId: number) => void;
  /** With the file where a reload has lost it; answers false when it is another one. */
  readonly resume: (movieId: number, file?: File) => Promise<boolean>;
  readonly cancel: (movieId: number) => void;
}

/** What is known of an upload beside what is shown. */
interface Parts {
  readonly stop: AbortController;
  readonly file?: File;
  readonly upload?: MovieUpload | undefined;
}

const Context = createContext<Uploads | undefined>(undefined);

/** Films on their way to the server, whichever page one looks at, and those that were on it before a reload. */
export function UploadsProvider({ children }: { readonly children: ReactNode }) {
  const { t } = useI18n();
  const session = useSession();
  const user = useUser();
  const toasts = useToasts();
  const changed = useChanged();
  const [all, setAll] = useState<readonly UploadView[]>([]);
  const parts = useRef(new Map<number, Parts>());
  const underWay = all.some(({ status }) => status === 'sending' || status === 'waiting');

  // Leaving the page would interrupt it.
  useEffect(() => {
    if (!underWay) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [underWay]);

  const update = useCallback((movieId: number, change: Partial<UploadView>): void =>
    setAll((before) => before.map((upload) => (upload.movieId === movieId ? { ...upload, ...change } : upload))), []);
  const forget = useCallback((movieId: number): void => {
    parts.current.delete(movieId);
    setAll((before) => before.filter((upload) => upload.movieId !== movieId));
  }, []);

  // What an earlier page has begun.
  const userId = user?.id;
  useEffect(() => {
    const known = parts.current;
    if (userId === undefined) return;
    const stop = new AbortController();
    async function ask({ signal }: AbortController): Promise<void> {
      try {
        const { items } = await session.http.movies.uploads({ signal });
        const fresh = items.filter(({ movieId }) => !known.has(movieId));
        for (const upload of fresh) known.set(upload.movieId, { stop: new AbortController(), upload });
        setAll((before) => [...before, ...fresh.map((upload) => ({
          movieId: upload.movieId, title: upload.movieTitle, fileName: upload.fileName, totalBytes: upload.lengthBytes,
          sentBytes: upload.offsetBytes, status: 'resting' as const,
        }))]);
      } catch {
        // A list that does not come is no reason to trouble anybody; the next page asks again.
      }
    }
    void ask(stop);
    return () => {
      stop.abort();
      for (const { stop: sending } of known.values()) sending.abort(new Error('signed out'));
      known.clear();
      setAll([]);
    };
  }, [session, userId]);

  const send = useCallback(async (movieId: number, title: string, file: File, upload: MovieUpload | undefined): Promise<void> => {
    const stop = new AbortController();
    parts.current.set(movieId, { stop, file, upload });
    update(movieId, { status: 'sending', error: undefined });
    try {
      await uploadInGoes(session.http.movies, {
        movieId, film: file, fileName: file.name, upload, signal: stop.signal, sendPart: sendPartOf(session), pause: pauseUntilWorthIt,
        onBegun: (begun) => parts.current.set(movieId, { stop, file, upload: begun }),
        onProgress: ({ sentBytes }) => update(movieId, { sentBytes }),
        onWaiting: (waiting) => update(movieId, { status: waiting ? 'waiting' : 'sending' }),
      });
      forget(movieId);
      toasts.say(t('upload.done', { title }));
      changed(['movies']);
    } catch (error) {
      if (stop.signal.aborted) return;
      // What the server has forgotten or refused is begun anew the next time.
      const ended = error instanceof ApiError && error.status < 500 && error.status !== 401;
      parts.current.set(movieId, { stop, file, upload: ended ? undefined : parts.current.get(movieId)?.upload });
      update(movieId, { status: 'failed', error });
    }
  }, [session, toasts, changed, t, update, forget]);

  const value = useMemo<Uploads>(() => ({
    all,
    begin({ id, title }, file) {
      parts.current.get(id)?.stop.abort();
      setAll((before) => [...before.filter(({ movieId }) => movieId !== id), {
        movieId: id, title, fileName: file.name, totalBytes: file.size, sentBytes: 0, status: 'sending',
      }]);
      void send(id, title, file, undefined);
    },
    pause(movieId) {
      parts.current.get(movieId)?.stop.abort(new Error('paused'));
      update(movieId, { status: 'paused' });
    },
    async resume(movieId, chosen) {
      const known = parts.current.get(movieId);
      const view = all.find((upload) => upload.movieId === movieId);
      const file = chosen ?? known?.file;
      if (known === undefined || view === undefined || file === undefined) return false;
      if (chosen !== undefined && known.upload !== undefined && (await fingerprintOf(chosen)) !== known.upload.fingerprint) return false;
      void send(movieId, view.title, file, known.upload);
      return true;
    },
    cancel(movieId) {
      const known = parts.current.get(movieId);
      known?.stop.abort(new Error('cancelled'));
      forget(movieId);
      // What cannot be told now is cleared away in three days.
      if (known?.upload !== undefined) session.http.movies.cancelUpload(movieId, known.upload.id).catch(() => undefined);
    },
  }), [all, send, update, forget, session]);

  return <Context value={value}>{children}</Context>;
}

export function useUploads(): Uploads {
  const uploads = useContext(Context);
  if (uploads === undefined) throw new Error('There is no UploadsProvider');
  return uploads;
}
