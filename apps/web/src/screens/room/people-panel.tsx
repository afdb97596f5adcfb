import { useState } from 'react';
import type { RoomState } from '@watchparty/client';
import type { LiveParticipant, ParticipantRole, Room } from '@watchparty/protocol';
import { PersonLink } from '../../friends/person-link.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { Face, useStepText } from './face.tsx';
import type { Rights } from './rights.ts';
import type { Person } from './person.ts';

const ROLES: readonly ParticipantRole[] = ['host', 'co-host', 'viewer'];

export function PeoplePanel({ state, room, person, rights }: {
  readonly state: RoomState; readonly room: Room; readonly person: Person; readonly rights: Rights;
}) {
  const { t } = useI18n();
  const text = useStepText();
  return (
    <ul className="people">
      {state.participants.map((one) => (
        <li key={one.userId} className={one.online ? '' : 'is-away'}>
          <Face person={one} size={36} />
          <div className="person-text">
            <p><PersonLink userId={one.userId} username={one.username} />{one.userId === person.userId && <span className="faint"> {t('people.you')}</span>}</p>
            <p className="small faint tabular">{one.role !== 'viewer' && <span className="role">{t(`role.${one.role}`)}</span>}{text(one)}</p>
          </div>
          {rights.mayHost && !person.isGuest && one.userId !== person.userId && one.userId !== room.ownerId && <PersonMenu room={room} one={one} rights={rights} />}
        </li>
      ))}
      {room.participantCount > state.participants.length && <li className="faint small">{t('people.more', { count: room.participantCount - state.participants.length })}</li>}
    </ul>
  );
}

function PersonMenu({ room, one, rights }: { readonly room: Room; readonly one: LiveParticipant; readonly rights: Rights }) {
  const { t } = useI18n();
  const http = useHttp();
  const toasts = useToasts();
  const [banning, setBanning] = useState(false);
  const attempt = (work: Promise<unknown>, text: string): void => void work.then(() => toasts.say(text), toasts.fail);
  return (
    <>
      <Menu trigger={<IconButton icon="more" label={t('people.menu', { name: one.username })} />}>
        {rights.isHost && ROLES.filter((role) => role !== one.role).map((role) => (
          <MenuItem key={role} icon="user" onSelect={() => attempt(http.rooms.setRole(room.id, one.userId, role), t('people.roleGiven', { name: one.username }))}>
            {t(`people.make.${role}`)}
          </MenuItem>
        ))}
        {rights.isHost && <MenuSeparator />}
        <MenuItem icon="leave" onSelect={() => attempt(http.rooms.removeParticipant(room.id, one.userId), t('people.kicked', { name: one.username }))}>{t('people.kick')}</MenuItem>
        <MenuItem icon="close" danger onSelect={() => setBanning(true)}>{t('people.ban')}</MenuItem>
      </Menu>
      <Confirm
        open={banning} onClose={() => setBanning(false)} title={t('people.banTitle', { name: one.username })} text={t('people.banText')} action={t('people.ban')}
        onConfirm={() => {
          setBanning(false);
          attempt(http.rooms.removeParticipant(room.id, one.userId, { ban: true }), t('people.kicked', { name: one.username }));
        }}
      />
    </>
  );
}
