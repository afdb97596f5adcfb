import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Movie, Subtitles } from '@watchparty/protocol';
import { useChanged } from '../../api/use-changed.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Select, TextField } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { FormProblem, Problem } from '../../ui/problem.tsx';
import { useForm } from '../../ui/use-form.ts';
import { useToasts } from '../../ui/toasts.tsx';

const LANGUAGES = ['en', 'ru', 'uk', 'be', 'kk', 'de', 'fr', 'es', 'it', 'pt', 'pl', 'cs', 'nl', 'sv', 'fi', 'tr', 'el', 'he', 'ar', 'hi', 'zh', 'ja', 'ko', 'vi'];

/** As those who speak it call it. */
export function ownName(language: string): string {
  const name = new Intl.DisplayNames([language], { type: 'language', fallback: 'code' }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

export function FilmSubtitles({ film, own }: { readonly film: Movie; readonly own: boolean }) {
  const { t } = useI18n();
  const http = useHttp();
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: ['subtitles', film.id], queryFn: ({ signal }) => http.movies.subtitles(film.id, { signal }),
  });
  return (
    <section className="film-section">
      <h3>{t('movie.subtitles')}</h3>
      {error !== null && data === undefined && <Problem error={error} onRetry={() => void refetch()} />}
      {data !== undefined && data.items.length === 0 && <p className="faint">{t('movie.noSubtitles')}</p>}
      {data !== undefined && data.items.length > 0 && (
        <ul className="subtitle-list">{data.items.map((one) => <Row key={one.id} subtitles={one} own={own} />)}</ul>
      )}
      {own && (adding ? <AddForm movieId={film.id} onDone={() => setAdding(false)} /> : (
        <div className="row"><Button icon="plus" onClick={() => setAdding(true)}>{t('movie.subtitlesAdd')}</Button></div>
      ))}
    </section>
  );
}

function Row({ subtitles: { id, movieId, label, cueCount }, own }: { readonly subtitles: Subtitles; readonly own: boolean }) {
  const { t } = useI18n();
  const http = useHttp();
  const toasts = useToasts();
  const changed = useChanged();
  const removal = useMutation({
    mutationFn: () => http.movies.removeSubtitles(movieId, id), onSuccess: () => changed(['subtitles', movieId]), onError: toasts.fail,
  });
  return (
    <li className="subtitle-row">
      <span>{label} <span className="faint small tabular">{t('movie.subtitlesCount', { count: cueCount })}</span></span>
      {own && <IconButton icon="close" label={t('movie.subtitlesRemove', { label })} disabled={removal.isPending} onClick={() => removal.mutate()} />}
    </li>
  );
}

function AddForm({ movieId, onDone }: { readonly movieId: number; readonly onDone: () => void }) {
  const { t, locale } = useI18n();
  const http = useHttp();
  const toasts = useToasts();
  const changed = useChanged();
  const [file, setFile] = useState<File>();
  const names = new Intl.DisplayNames([locale], { type: 'language', fallback: 'code' });
  const spoken: string = locale;
  const form = useForm({
    initial: { language: spoken, label: ownName(locale), file: '' },
    check: ({ label }) => ({
      ...(file === undefined && { file: t('movie.subtitlesNeeded') }), ...(label.trim() === '' && { label: t('field.needed') }),
    }),
    async submit({ language, label }) {
      if (file === undefined) return;
      await http.movies.addSubtitles(movieId, file, { language, label: label.trim() });
      changed(['subtitles', movieId]);
      toasts.say(t('movie.subtitlesAdded', { label: label.trim() }));
      onDone();
    },
  });
  return (
    <form className="form" onSubmit={form.onSubmit} noValidate>
      <div className="field">
        <label className="button plain file-button">
          <Icon name="captions" size={18} />
          {file?.name ?? t('movie.subtitlesChoose')}
          <input
            className="visually-hidden" type="file" accept=".srt,.vtt,text/vtt,application/x-subrip"
            onChange={({ target }) => {
              setFile(target.files?.[0]);
              form.set('file', target.files?.[0]?.name ?? '');
            }}
          />
        </label>
        {form.errors.file !== undefined && <p className="error" role="alert">{form.errors.file}</p>}
      </div>
      <div className="form-columns">
        <Select
          label={t('movie.subtitlesLanguage')} value={form.values.language}
          onChange={({ target }) => {
            form.set('language', target.value);
            form.set('label', ownName(target.value));
          }}
        >
          {LANGUAGES.map((language) => <option key={language} value={language}>{names.of(language)}</option>)}
        </Select>
        <TextField label={t('movie.subtitlesLabel')} maxLength={100} {...form.text('label')} />
      </div>
      <FormProblem error={form.problem} />
      <div className="dialog-actions">
        <Button look="quiet" onClick={onDone}>{t('common.cancel')}</Button>
        <Button look="primary" type="submit" busy={form.busy}>{t('movie.subtitlesAdd')}</Button>
      </div>
    </form>
  );
}
