import { useState } from 'react';
import { useI18n } from '../../i18n/i18n.tsx';
import { Button, LinkButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { Empty } from '../../ui/states.tsx';
import { useFilms } from '../rooms/use-films.ts';

/** One of the films that can be played. */
export function ChooseFilm({ title, onChoose, onClose }: {
  readonly title: string; readonly onChoose: (movieId: number) => Promise<void>; readonly onClose: () => void;
}) {
  const { t } = useI18n();
  const { films, isPending } = useFilms();
  const [wanted, setWanted] = useState('');
  const [busy, setBusy] = useState<number>();
  const [problem, setProblem] = useState<unknown>();
  const playable = films.filter((film) => (film.hasFile || film.url !== null) && film.title.toLocaleLowerCase().includes(wanted.trim().toLocaleLowerCase()));

  async function choose(movieId: number): Promise<void> {
    setBusy(movieId);
    setProblem(undefined);
    try {
      await onChoose(movieId);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(undefined);
    }
  }

  return (
    <Dialog open onClose={onClose} title={title}>
      <TextField label={t('choose.find')} type="search" value={wanted} onChange={({ target }) => setWanted(target.value)} />
      <FormProblem error={problem} />
      <ul className="choose">
        {playable.map((film) => (
          <li key={film.id}>
            <span className={`choose-tile tone-${film.id % 6}`} aria-hidden="true" />
            <span className="choose-title">{film.title}{film.year !== null && <span className="faint tabular"> · {film.year}</span>}</span>
            <Button busy={busy === film.id} aria-label={t('choose.this', { title: film.title })} onClick={() => void choose(film.id)}>{t('choose.choose')}</Button>
          </li>
        ))}
      </ul>
      {!isPending && films.length === 0 && <Empty icon="film" text={t('movies.none')}><LinkButton to="/movies" look="primary">{t('movie.add')}</LinkButton></Empty>}
    </Dialog>
  );
}
