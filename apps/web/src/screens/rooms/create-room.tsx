import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Movie } from '@watchparty/protocol';
import { useChanged } from '../../api/use-changed.ts';
import { profileOf } from '../../friends/keys.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { RequireUser } from '../../shell/require-user.tsx';
import { usePageTitle } from '../../shell/use-page-title.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { PasswordField, Select, Switch, TextArea, TextField } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useForm } from '../../ui/use-form.ts';
import { useFilms } from './use-films.ts';
import './rooms.css';

export function CreateRoom() {
  return <RequireUser>{() => <CreateRoomForm />}</RequireUser>;
}

function CreateRoomForm() {
  const { t } = useI18n();
  const http = useHttp();
  const navigate = useNavigate();
  const changed = useChanged();
  const { films, byId } = useFilms();
  const { movie, friend } = useSearch({ from: '/rooms/new' });
  usePageTitle(t('createRoom.title'));
  const toasts = useToasts();
  const { data: invited } = useQuery({
    queryKey: profileOf(friend ?? 0), enabled: friend !== undefined, queryFn: ({ signal }) => http.people.get(friend!, { signal }),
  });

  const form = useForm({
    initial: { name: '', description: '', movieId: '', isPrivate: false, password: '', maxParticipants: '50', everyone: false },
    draft: 'room', secret: ['password'],
    check: ({ name, maxParticipants }) => ({
      ...(name.trim() === '' && { name: t('createRoom.nameNeeded') }),
      ...(!/^[1-9]\d{0,3}$|^10000$/.test(maxParticipants) && { maxParticipants: t('createRoom.places') }),
    }),
    async submit({ name, description, movieId, isPrivate, password, maxParticipants, everyone }) {
      const film = movieId === '' ? movie : Number(movieId) || undefined;
      const room = await http.rooms.create({
        name: name.trim(), description: description.trim(), isPrivate, maxParticipants: Number(maxParticipants),
        playbackControl: everyone ? 'everyone' : 'hosts', ...(film !== undefined && { movieId: film }), ...(password !== '' && { password }),
      });
      changed(['rooms']);
      if (invited !== undefined) {
        // The room is open, whatever becomes of this.
        const isInvited = await http.rooms.invite(room.id, { userId: invited.id }).then(() => true, () => false);
        toasts.say(t(isInvited ? 'friends.invitedName' : 'invite.friendFailed', { name: invited.displayName }));
      }
      await navigate({ to: '/rooms/$roomId', params: { roomId: String(room.id) }, replace: true });
    },
  });
  const chosen = form.values.movieId === '' ? String(movie ?? '') : form.values.movieId;

  return (
    <div className="page middle stack">
      <h1>{t('createRoom.title')}</h1>
      <form className="panel form" onSubmit={form.onSubmit} noValidate>
        <TextField label={t('createRoom.name')} placeholder={t('createRoom.namePlaceholder')} maxLength={100} {...form.text('name')} />
        <Select
          label={t('createRoom.film')} name="movieId" value={chosen} error={form.errors.movieId} onChange={({ target }) => form.set('movieId', target.value)}
          hint={films.length === 0 ? t('createRoom.noFilms') : t('createRoom.filmHint')}
        >
          <option value={movie === undefined ? '' : '0'}>{t('createRoom.filmLater')}</option>
          {movie !== undefined && !byId.has(movie) && <option value={String(movie)}>{t('createRoom.thisFilm')}</option>}
          {films.map((film) => <option key={film.id} value={String(film.id)}>{filmText(film)}</option>)}
        </Select>
        <TextArea label={t('createRoom.description')} maxLength={1000} {...form.text('description')} />
        <div className="form-columns">
          <PasswordField label={t('createRoom.password')} hint={t('createRoom.passwordHint')} autoComplete="off" {...form.text('password')} />
          <TextField label={t('createRoom.maxParticipants')} inputMode="numeric" {...form.text('maxParticipants')} />
        </div>
        <Switch label={t('createRoom.private')} hint={t('createRoom.privateHint')} checked={form.values.isPrivate} onChange={(on) => form.set('isPrivate', on)} />
        <Switch label={t('createRoom.everyone')} hint={t('createRoom.everyoneHint')} checked={form.values.everyone} onChange={(on) => form.set('everyone', on)} />
        {invited !== undefined && <p className="row"><Icon name="invite" size={18} /> {t('createRoom.friend', { name: invited.displayName })}</p>}
        <FormProblem error={form.problem} />
        <div className="row">
          <Button look="primary" type="submit" busy={form.busy}>{t('createRoom.submit')}</Button>
          <LinkButton to="/rooms" look="quiet">{t('common.cancel')}</LinkButton>
        </div>
      </form>
    </div>
  );
}

const filmText = ({ title, year }: Movie): string => (year === null ? title : `${title} (${year})`);
