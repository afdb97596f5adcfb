import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { Movie } from '@watchparty/protocol';
import { sendFile } from '../../api/send-file.ts';
import { useChanged } from '../../api/use-changed.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { useToasts } from '../../ui/toasts.tsx';

interface Upload {
  readonly movieId: number;
  readonly title: string;
  readonly file: File;
  readonly sentBytes: number;
  readonly error?: unknown;
}

interface Uploads {
  readonly all: readonly Upload[];
  readonly begin: (movie: Movie, file: File) => void;
  readonly cancel: (movieId: number) => void;
}

const Context = createContext<Uploads | undefined>(undefined);

/** Films on their way to the server, whichever page one looks at. */
export function UploadsProvider({ children }: { readonly children: ReactNode }) {
  const { t } = useI18n();
  const session = useSession();
  const toasts = useToasts();
  const changed = useChanged();
  const [all, setAll] = useState<readonly Upload[]>([]);
  const stops = useRef(new Map<number, AbortController>());
  const underWay = all.some(({ error }) => error === undefined);

  // Leaving the page would break it off.
  useEffect(() => {
    if (!underWay) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [underWay]);

  const value = useMemo<Uploads>(() => {
    const update = (movieId: number, change: Partial<Upload>): void =>
      setAll((before) => before.map((upload) => (upload.movieId === movieId ? { ...upload, ...change } : upload)));
    const remove = (movieId: number): void => setAll((before) => before.filter((upload) => upload.movieId !== movieId));

    async function send(movieId: number, file: File, signal: AbortSignal): Promise<void> {
      // A token that has expired is renewed here, not after hours of sending.
      await session.http.accounts.profile({ signal });
      await sendFile<Movie>({
        method: 'PUT', path: `/api/movies/${movieId}/file`, body: file, tokens: session.tokens, signal,
        onProgress: ({ sentBytes }) => update(movieId, { sentBytes }),
      });
    }

    async function finish(movieId: number, title: string, sending: Promise<void>, signal: AbortSignal): Promise<void> {
      try {
        await sending;
        remove(movieId);
        toasts.say(t('upload.done', { title }));
        changed(['movies']);
      } catch (error) {
        if (signal.aborted) remove(movieId);
        else update(movieId, { error });
      }
    }

    return {
      all,
      begin({ id, title }, file) {
        const stop = new AbortController();
        stops.current.set(id, stop);
        setAll((before) => [...before.filter(({ movieId }) => movieId !== id), { movieId: id, title, file, sentBytes: 0 }]);
        void finish(id, title, send(id, file, stop.signal), stop.signal);
      },
      cancel(movieId) {
        stops.current.get(movieId)?.abort();
        remove(movieId);
      },
    };
  }, [all, session, toasts, changed, t]);

  return <Context value={value}>{children}</Context>;
}

export function useUploads(): Uploads {
  const uploads = useContext(Context);
  if (uploads === undefined) throw new Error('There is no UploadsProvider');
  return uploads;
}

export function UploadList() {
  const { t, bytes, number } = useI18n();
  const { all, begin, cancel } = useUploads();
  if (all.length === 0) return null;
  return (
    <section className="uploads" aria-label={t('upload.list')}>
      {all.map(({ movieId, title, file, sentBytes, error }) => {
        const share = file.size === 0 ? 0 : sentBytes / file.size;
        return (
          <div className="upload" key={movieId}>
            <p><strong>{title}</strong> <span className="faint small tabular">{error === undefined && (share < 1 ? t('upload.progress', { percent: number(Math.floor(share * 100)), sent: bytes(sentBytes), total: bytes(file.size) }) : t('upload.checking'))}</span></p>
            <Button look="quiet" onClick={() => cancel(movieId)}>{t(error === undefined ? 'common.cancel' : 'common.close')}</Button>
            {error === undefined
              ? <progress max={1} value={share} aria-label={t('upload.of', { title })} />
              : <Problem error={error} title={t('upload.failed')} onRetry={() => begin({ id: movieId, title } as Movie, file)} />}
          </div>
        );
      })}
    </section>
  );
}
