import { useState } from 'react';
import type { Movie, PatchMovieBody } from '@watchparty/protocol';
import { useChanged } from '../../api/use-changed.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Switch, TextArea, TextField } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { useForm } from '../../ui/use-form.ts';
import { givePoster } from './film-frame.ts';
import { useUploads } from './uploads.tsx';

type Way = 'file' | 'link';

/** Adds a film, or changes one's own. */
export function MovieDialog({ film, onClose }: { readonly film?: Movie; readonly onClose: () => void }) {
  const { t } = useI18n();
  return (
    <Dialog open onClose={onClose} title={t(film === undefined ? 'movie.add' : 'movie.edit')}>
      <MovieForm {...(film !== undefined && { film })} onClose={onClose} />
    </Dialog>
  );
}

function MovieForm({ film, onClose }: { readonly film?: Movie; readonly onClose: () => void }) {
  const { t } = useI18n();
  const http = useHttp();
  const changed = useChanged();
  const uploads = useUploads();
  const [way, setWay] = useState<Way>(film === undefined || film.hasFile || film.url === null ? 'file' : 'link');
  const [file, setFile] = useState<File>();

  const form = useForm({
    initial: {
      title: film?.title ?? '', description: film?.description ?? '', year: film?.year === null || film === undefined ? '' : String(film.year),
      url: film?.url ?? '', posterUrl: film === undefined || film.poster !== null ? '' : (film.posterUrl ?? ''), onlyRooms: film?.visibility === 'rooms', file: '',
    },
    ...(film === undefined && { draft: 'movie' }),
    check: ({ title, year, url, posterUrl }) => ({
      ...(title.trim() === '' && { title: t('field.needed') }),
      ...(year !== '' && !/^(?:18[7-9]\d|19\d\d|2[01]\d\d|2200)$/.test(year) && { year: t('movie.yearRule') }),
      ...(way === 'link' && !/^https?:\/\/\S+$/.test(url.trim()) && { url: t('movie.urlNeeded') }),
      ...(way === 'file' && film === undefined && file === undefined && { file: t('movie.fileNeeded') }),
      ...(posterUrl !== '' && !/^https?:\/\/\S+$/.test(posterUrl.trim()) && { posterUrl: t('movie.urlNeeded') }),
    }),
    async submit({ title, description, year, url, posterUrl, onlyRooms }) {
      const body = {
        title: title.trim(), description: description.trim(), year: year === '' ? null : Number(year),
        posterUrl: posterUrl.trim() === '' ? null : posterUrl.trim(), visibility: onlyRooms ? 'rooms' : 'public',
        ...(way === 'link' && film?.hasFile !== true && { url: url.trim() }),
      } as const satisfies PatchMovieBody;
      const saved = film === undefined ? await http.movies.create(body) : await http.movies.patch(film.id, body);
      changed(['movies']);
      if (way === 'file' && file !== undefined) {
        uploads.begin(saved, file);
        if (saved.posterUrl === null) void showItself(saved.id, file);
      }
      onClose();
    },
  });

  /** The form does not wait for its picture. */
  async function showItself(movieId: number, chosen: File): Promise<void> {
    if (await givePoster(http, movieId, chosen)) changed(['movies']);
  }

  function choose(chosen: File | undefined): void {
    setFile(chosen);
    form.set('file', chosen?.name ?? '');
    if (chosen !== undefined && form.values.title === '') form.set('title', titleOf(chosen.name));
  }

  return (
    <form className="form" onSubmit={form.onSubmit} noValidate>
      {film?.hasFile !== true && (
        <div className="choices" role="radiogroup" aria-label={t('movie.way')}>
          {(['file', 'link'] as const).map((other) => (
            <label key={other} className={`tab choice ${way === other ? 'active' : ''}`}>
              <input type="radio" className="visually-hidden" name="way" checked={way === other} onChange={() => setWay(other)} />
              <Icon name={other === 'file' ? 'upload' : 'invite'} size={18} /> {t(`movie.way.${other}`)}
            </label>
          ))}
        </div>
      )}
      {way === 'file' ? <FileDrop file={file} error={form.errors.file} replaces={film?.hasFile === true} onChoose={choose} /> : (
        <TextField label={t('movie.url')} hint={t('movie.urlHint')} type="url" inputMode="url" placeholder="https://" {...form.text('url')} />
      )}
      <TextField label={t('movie.title')} maxLength={200} {...form.text('title')} />
      <TextArea label={t('movie.description')} maxLength={5000} {...form.text('description')} />
      <div className="form-columns">
        <TextField label={t('movie.year')} inputMode="numeric" maxLength={4} {...form.text('year')} />
        <TextField label={t('movie.poster')} type="url" inputMode="url" placeholder="https://" {...form.text('posterUrl')} />
      </div>
      <Switch label={t('movie.onlyRoomsLabel')} hint={t('movie.onlyRoomsHint')} checked={form.values.onlyRooms} onChange={(on) => form.set('onlyRooms', on)} />
      <FormProblem error={form.problem} />
      <div className="dialog-actions">
        <Button look="quiet" onClick={onClose}>{t('common.cancel')}</Button>
        <Button look="primary" type="submit" busy={form.busy}>{t(film === undefined ? (way === 'file' ? 'movie.upload' : 'movie.addLink') : 'common.save')}</Button>
      </div>
    </form>
  );
}

function FileDrop({ file, error, replaces, onChoose }: {
  readonly file: File | undefined; readonly error: string | undefined; readonly replaces: boolean; readonly onChoose: (file: File | undefined) => void;
}) {
  const { t, bytes } = useI18n();
  const [over, setOver] = useState(false);
  return (
    <div className="field">
      <label
        className={`drop ${over ? 'over' : ''}`}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
        onDrop={(event) => { event.preventDefault(); setOver(false); onChoose(event.dataTransfer.files[0]); }}
      >
        <Icon name="film" size={28} />
        <span>{file === undefined ? t(replaces ? 'movie.replaceFile' : 'movie.chooseFile') : `${file.name} · ${bytes(file.size)}`}</span>
        <span className="hint">{t('movie.fileHint')}</span>
        <input
          className="visually-hidden" type="file" accept="video/mp4,video/webm,.mp4,.m4v,.webm" aria-invalid={error === undefined ? undefined : true}
          onChange={({ target }) => onChoose(target.files?.[0])}
        />
      </label>
      {error !== undefined && <p className="error" role="alert">{error}</p>}
    </div>
  );
}

/** What a file's name says of the film. */
const titleOf = (name: string): string => name.replace(/\.[a-z0-9]{2,4}$/i, '').replaceAll(/[._]+/g, ' ').trim().slice(0, 200);
