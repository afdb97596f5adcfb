import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ApiError, RoomState } from '@watchparty/client';
import { type MessageKey, useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session/context.tsx';
import { usePageTitle } from '../../shell/use-page-title.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { PasswordField } from '../../ui/field.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { useForm } from '../../ui/use-form.ts';
import type { Person } from './person.ts';
import { RoomView } from './room-view.tsx';
import { useRoom, useStore, type Visit } from './use-room.ts';

interface Props {
  readonly roomId: number;
  readonly person: Person;
  readonly invite: string | undefined;
}

/** Somebody's visit of a room, from the door to the end of it. */
export function RoomVisit({ roomId, person, invite }: Props) {
  const [{ password, attempt }, setEntry] = useState<{ readonly password?: string; readonly attempt: number }>({ attempt: 0 });
  const again = (given: { readonly password?: string } = {}): void => setEntry({ ...given, attempt: attempt + 1 });
  return <Attempt key={attempt} roomId={roomId} person={person} invite={invite} password={password} onAgain={again} />;
}

type Again = (given?: { readonly password?: string }) => void;

function Attempt({ roomId, person, invite, password, onAgain }: Props & { readonly password: string | undefined; readonly onAgain: Again }) {
  const visit = useRoom({ roomId, userId: person.userId, invite, password });
  if (visit === undefined) return <Entering />;
  return <Inside visit={visit} person={person} triedPassword={password !== undefined} onAgain={onAgain} />;
}

function Inside({ visit, person, triedPassword, onAgain }: {
  readonly visit: Visit; readonly person: Person; readonly triedPassword: boolean; readonly onAgain: Again;
}) {
  const state = useStore(visit.room);
  const connection = useStore(visit.live.connection);
  const { t } = useI18n();
  usePageTitle(state.room?.name ?? t('door.title'));
  if (state.status === 'refused' && state.error !== undefined) return <Refused error={state.error} triedPassword={triedPassword} onAgain={onAgain} />;
  if (state.status === 'expelled') return <Expelled reason={state.expelled} onAgain={() => onAgain()} />;
  if (connection.status === 'ended' && connection.reason !== 'closed') return <Ended error={connection.error} onAgain={() => onAgain()} />;
  if (state.room === undefined || state.playback === undefined) return <Entering slow={connection.status === 'waiting' || connection.status === 'offline'} />;
  return <RoomView visit={visit} person={person} room={state.room} playback={state.playback} state={state} connection={connection} />;
}

function Entering({ slow = false }: { readonly slow?: boolean }) {
  const { t } = useI18n();
  return (
    <div className="room" aria-busy="true">
      <p className="visually-hidden" role="status">{t('visit.entering')}</p>
      <div className="stage"><Skeleton height="100%" className="stage-skeleton" />{slow && <p className="stage-note">{t('visit.reconnecting')}</p>}</div>
      <div className="side"><div className="side-skeleton"><Skeleton height="40px" /><Skeleton height="64px" /><Skeleton height="64px" width="70%" /></div></div>
    </div>
  );
}

/** In private rooms a wrong password looks as if there were no room. */
const ASKS_PASSWORD: ReadonlySet<string> = new Set(['rooms.password_wrong', 'rooms.not_found']);

function Refused({ error, triedPassword, onAgain }: {
  readonly error: ApiError; readonly triedPassword: boolean; readonly onAgain: Again;
}) {
  const { t } = useI18n();
  const missing = error.code === 'rooms.not_found';
  const form = useForm({
    initial: { password: '' },
    check: ({ password }) => (password === '' ? { password: t('field.needed') } : {}),
    submit: ({ password }) => Promise.resolve(onAgain({ password })),
  });
  if (!ASKS_PASSWORD.has(error.code)) {
    return (
      <div className="page narrow stack door">
        <h1>{t('visit.cannotEnter')}</h1>
        <Problem error={error} onRetry={() => onAgain()} />
        <div><LinkButton to="/rooms">{t('visit.otherRooms')}</LinkButton></div>
      </div>
    );
  }
  return (
    <div className="page narrow stack door">
      <h1>{t(missing ? 'visit.missingTitle' : 'visit.passwordTitle')}</h1>
      <p className="faint">{t(missing ? 'visit.missingText' : 'visit.passwordText')}</p>
      <form className="panel stack" onSubmit={form.onSubmit} noValidate>
        <PasswordField
          label={t('visit.password')} autoComplete="off" {...form.text('password')}
          error={form.errors.password ?? (triedPassword ? t('visit.passwordWrong') : undefined)}
        />
        <div className="row">
          <Button look="primary" type="submit">{t('visit.enter')}</Button>
          <LinkButton to="/rooms" look="quiet">{t('visit.otherRooms')}</LinkButton>
        </div>
      </form>
    </div>
  );
}

function Expelled({ reason, onAgain }: { readonly reason: RoomState['expelled']; readonly onAgain: () => void }) {
  const { t } = useI18n();
  const key: MessageKey = `expelled.${reason ?? 'left'}`;
  const mayReturn = reason === 'left' || reason === 'absent' || reason === 'kicked';
  return (
    <div className="page narrow stack door">
      <h1>{t(key)}</h1>
      <div className="row">
        {mayReturn && <Button look="primary" onClick={onAgain}>{t('expelled.return')}</Button>}
        <LinkButton to="/rooms">{t('visit.otherRooms')}</LinkButton>
      </div>
    </div>
  );
}

function Ended({ error, onAgain }: { readonly error: ApiError | undefined; readonly onAgain: () => void }) {
  const { t } = useI18n();
  const session = useSession();
  const navigate = useNavigate();
  return (
    <div className="page narrow stack door">
      <h1>{t('visit.endedTitle')}</h1>
      <p className="faint">{t('visit.endedText')}</p>
      {error !== undefined && <Problem error={error} />}
      <div className="row">
        <Button look="primary" onClick={() => void session.start().then(onAgain)}>{t('common.retry')}</Button>
        <Button onClick={() => void navigate({ to: '/' })}>{t('notFound.home')}</Button>
      </div>
    </div>
  );
}
