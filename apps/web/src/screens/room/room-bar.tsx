import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { RoomState } from '@watchparty/client';
import type { Movie, Room } from '@watchparty/protocol';
import { useI18n } from '../../i18n/i18n.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useChanged } from '../../api/use-changed.ts';
import { Face } from './face.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import type { Rights } from './rights.ts';
import type { Person } from './person.ts';
import { SettingsDialog } from './settings-dialog.tsx';
import type { Visit } from './use-room.ts';

const FACES = 6;

/** Under the player: what this is, who is here, and what one can do about it. */
export function RoomBar({ visit, room, film, state, person, rights, onShowPeople }: {
  readonly visit: Visit; readonly room: Room; readonly film: Movie | undefined; readonly state: RoomState; readonly person: Person;
  readonly rights: Rights; readonly onShowPeople: () => void;
}) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const toasts = useToasts();
  const changed = useChanged();
  const [dialog, setDialog] = useState<'invite' | 'settings'>();
  const here = state.participants.filter(({ online }) => online);

  async function leave(): Promise<void> {
    await visit.room.leave().catch(toasts.fail);
    changed(['rooms']);
    await navigate({ to: '/rooms' });
  }

  return (
    <div className="room-bar">
      <div className="room-names">
        <h1>{room.name}</h1>
        {film !== undefined && <p className="faint small">{film.title}{film.year !== null && <span className="tabular"> · {film.year}</span>}</p>}
      </div>
      <button type="button" className="faces" onClick={onShowPeople} aria-label={t('room.faces', { count: state.onlineCount })}>
        {here.slice(0, FACES).map((one) => <Face key={one.userId} person={one} />)}
        {here.length > FACES && <span className="faces-more tabular">+{here.length - FACES}</span>}
      </button>
      <div className="row room-actions">
        <Button look="primary" icon="invite" aria-label={t('room.invite')} onClick={() => setDialog('invite')}><span className="wide-text">{t('room.invite')}</span></Button>
        {rights.mayHost && !person.isGuest && <IconButton icon="settings" label={t('room.settings')} onClick={() => setDialog('settings')} />}
        <IconButton icon="leave" label={t('room.leave')} onClick={() => void leave()} />
      </div>
      {dialog === 'invite' && (
        <InviteDialog
          room={room} inRoom={new Set(state.participants.map(({ userId }) => userId))} mayInvite={rights.mayHost && !person.isGuest}
          onClose={() => setDialog(undefined)}
        />
      )}
      {dialog === 'settings' && <SettingsDialog room={room} rights={rights} onClose={() => setDialog(undefined)} />}
    </div>
  );
}
