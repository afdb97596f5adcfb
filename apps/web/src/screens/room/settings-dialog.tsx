import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Room } from '@watchparty/protocol';
import { useChanged } from '../../api/use-changed.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { PasswordField, Switch, TextArea, TextField } from '../../ui/field.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useForm } from '../../ui/use-form.ts';
import '../rooms/rooms.css';
import type { Rights } from './rights.ts';

export function SettingsDialog({ room, rights, onClose }: { readonly room: Room; readonly rights: Rights; readonly onClose: () => void }) {
  const { t } = useI18n();
  const http = useHttp();
  const toasts = useToasts();
  const changed = useChanged();
  const form = useForm({
    initial: {
      name: room.name, description: room.description, isPrivate: room.isPrivate, password: '', noPassword: false, maxParticipants: String(room.maxParticipants),
      everyone: room.playbackControl === 'everyone', readyGate: room.readyGate, waitForSlow: room.waitForSlow,
    },
    check: ({ name, maxParticipants }) => ({
      ...(name.trim() === '' && { name: t('createRoom.nameNeeded') }),
      ...(!/^[1-9]\d{0,3}$|^10000$/.test(maxParticipants) && { maxParticipants: t('createRoom.places') }),
    }),
    async submit({ name, description, isPrivate, password, noPassword, maxParticipants, everyone, readyGate, waitForSlow }) {
      await http.rooms.patch(room.id, {
        name: name.trim(), description: description.trim(), isPrivate, maxParticipants: Number(maxParticipants),
        playbackControl: everyone ? 'everyone' : 'hosts', readyGate, waitForSlow,
        ...(password !== '' && { password }), ...(noPassword && password === '' && { password: null }),
      });
      changed(['rooms'], ['room', room.id]);
      toasts.say(t('settings.saved'));
      onClose();
    },
  });
  const { values, set } = form;
  return (
    <Dialog open wide onClose={onClose} title={t('room.settings')}>
      <form className="form" onSubmit={form.onSubmit} noValidate>
        <TextField label={t('createRoom.name')} maxLength={100} {...form.text('name')} />
        <TextArea label={t('createRoom.description')} maxLength={1000} {...form.text('description')} />
        <Switch label={t('createRoom.everyone')} hint={t('createRoom.everyoneHint')} checked={values.everyone} onChange={(on) => set('everyone', on)} />
        <Switch label={t('settings.readyGate')} hint={t('settings.readyGateHint')} checked={values.readyGate} onChange={(on) => set('readyGate', on)} />
        <Switch label={t('settings.waitForSlow')} hint={t('settings.waitForSlowHint')} checked={values.waitForSlow} onChange={(on) => set('waitForSlow', on)} />
        <Switch label={t('createRoom.private')} hint={t('createRoom.privateHint')} checked={values.isPrivate} onChange={(on) => set('isPrivate', on)} />
        <div className="form-columns">
          <PasswordField label={t(room.hasPassword ? 'settings.newPassword' : 'createRoom.password')} autoComplete="off" {...form.text('password')} />
          <TextField label={t('createRoom.maxParticipants')} inputMode="numeric" {...form.text('maxParticipants')} />
        </div>
        {room.hasPassword && <Switch label={t('settings.noPassword')} checked={values.noPassword} onChange={(on) => set('noPassword', on)} />}
        <FormProblem error={form.problem} />
        <div className="row spread">
          {rights.isOwner ? <RemoveRoom room={room} /> : <span />}
          <div className="dialog-actions">
            <Button look="quiet" onClick={onClose}>{t('common.cancel')}</Button>
            <Button look="primary" type="submit" busy={form.busy}>{t('common.save')}</Button>
          </div>
        </div>
      </form>
    </Dialog>
  );
}

function RemoveRoom({ room }: { readonly room: Room }) {
  const { t } = useI18n();
  const http = useHttp();
  const toasts = useToasts();
  const changed = useChanged();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);

  async function remove(): Promise<void> {
    setBusy(true);
    try {
      await http.rooms.remove(room.id);
      changed(['rooms']);
      await navigate({ to: '/rooms' });
    } catch (error) {
      toasts.fail(error);
      setBusy(false);
    }
  }

  return (
    <>
      <Button look="quiet" onClick={() => setAsking(true)}>{t('settings.remove')}</Button>
      <Confirm
        open={asking} onClose={() => setAsking(false)} title={t('settings.removeTitle', { name: room.name })} text={t('settings.removeText')}
        action={t('settings.remove')} busy={busy} onConfirm={() => void remove()}
      />
    </>
  );
}
