import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState } from 'react';
import type { Movie } from '@watchparty/protocol';
import { useChanged } from '../../api/use-changed.ts';
import { clockText } from '../../i18n/speaker.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Problem } from '../../ui/problem.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { type FilmFrames, openFrames, POSTER_SHARE } from './film-frame.ts';

/** Gives the film a picture: one of its own moments, or a file. */
export function FilmPicture({ film }: { readonly film: Movie }) {
  const { t } = useI18n();
  const http = useHttp();
  const toasts = useToasts();
  const changed = useChanged();
  const [taking, setTaking] = useState(false);
  const saving = useMutation({
    mutationFn: (picture: Blob | null) => (picture === null ? http.movies.removePoster(film.id) : http.movies.uploadPoster(film.id, picture)),
    onSuccess(_, picture) {
      setTaking(false);
      changed(['movies']);
      if (picture !== null) toasts.say(t('movie.pictureSaved'));
    },
  });
  return (
    <section className="film-section">
      <h3>{t('movie.picture')}</h3>
      <div className="row">
        {film.hasFile && !taking && <Button icon="film" onClick={() => setTaking(true)}>{t('movie.pictureFromFilm')}</Button>}
        <label className="button plain file-button">
          <Icon name="upload" size={18} />
          {t('movie.pictureUpload')}
          <input
            className="visually-hidden" type="file" accept="image/jpeg,image/png,image/webp,image/avif,image/gif"
            onChange={({ target }) => {
              const file = target.files?.[0];
              target.value = '';
              if (file !== undefined) saving.mutate(file);
            }}
          />
        </label>
        {film.posterUrl !== null && <Button look="quiet" onClick={() => saving.mutate(null)}>{t('movie.pictureRemove')}</Button>}
      </div>
      {taking && <Moments movieId={film.id} busy={saving.isPending} onChoose={(picture) => saving.mutate(picture)} />}
      {saving.error !== null && <Problem error={saving.error} />}
    </section>
  );
}

function Moments({ movieId, busy, onChoose }: { readonly movieId: number; readonly busy: boolean; readonly onChoose: (picture: Blob) => void }) {
  const { t } = useI18n();
  const http = useHttp();
  const box = useRef<HTMLDivElement>(null);
  const frames = useRef<FilmFrames>(undefined);
  const [state, setState] = useState<'opening' | 'open' | 'failed'>('opening');
  const [duration, setDuration] = useState(0);
  const [second, setSecond] = useState(0);
  const id = useId();

  useEffect(() => {
    const stop = new AbortController();
    async function open(): Promise<void> {
      const { url } = await http.movies.streamUrl(movieId, { signal: stop.signal });
      const opened = await openFrames(url);
      if (stop.signal.aborted) {
        opened.close();
        return;
      }
      frames.current = opened;
      box.current?.replaceChildren(opened.canvas);
      const first = opened.durationSeconds * POSTER_SHARE;
      await opened.show(first);
      setDuration(opened.durationSeconds);
      setSecond(first);
      setState('open');
    }
    open().catch(() => { if (!stop.signal.aborted) setState('failed'); });
    return () => {
      stop.abort();
      frames.current?.close();
      frames.current = undefined;
    };
  }, [http, movieId]);

  function take(): void {
    frames.current?.picture().then(onChoose, () => setState('failed'));
  }

  if (state === 'failed') return <p className="faint" role="alert">{t('movie.pictureCannot')}</p>;
  return (
    <>
      <div className="frame-box" ref={box} role="img" aria-label={t('movie.picture')} />
      <label htmlFor={id}>{t('movie.pictureMoment')} <span className="faint tabular">{clockText(second)}</span></label>
      <input
        id={id} className="frame-range" type="range" min={0} max={Math.max(0.1, duration)} step={0.1} value={second} disabled={state !== 'open'} aria-valuetext={clockText(second)}
        onChange={({ target }) => {
          const next = Number(target.value);
          setSecond(next);
          frames.current?.show(next).catch(() => setState('failed'));
        }}
      />
      <div className="row">
        <Button look="primary" busy={busy || state === 'opening'} onClick={take}>
          {t('movie.pictureUse')}
        </Button>
      </div>
    </>
  );
}
