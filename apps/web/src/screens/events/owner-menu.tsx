import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Event } from '@watchparty/protocol';
import { useChanged } from '../../api/use-changed.ts';
import { useHttp, useUser } from '../../session/context.tsx';
import { Button, IconButton, LinkButton } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { GuestsDialog } from './guests-dialog.tsx';
import { useText } from './i18n/use-text.ts';
import type { Standing } from './standing.ts';

type Asking = 'cancel' | 'remove' | 'guests' | undefined;

/** What whoever holds an event does with it. */
export function OwnerMenu({ event, standing }: { readonly event: Event; readonly standing: Standing }) {
  const { t } = useText();
  const http = useHttp();
  const user = useUser();
  const navigate = useNavigate();
  const changed = useChanged();
  const toasts = useToasts();
  const [asking, setAsking] = useState<Asking>();
  const close = (): void => setAsking(undefined);
  const cancelling = useMutation({
    mutationFn: () => http.events.cancel(event.id), onError: toasts.fail,
    onSuccess() {
      close();
      toasts.say(t('owner.cancelled'));
      changed(['events']);
    },
  });
  const removal = useMutation({
    mutationFn: () => http.events.remove(event.id), onError: toasts.fail,
    async onSuccess() {
      close();
      await navigate({ to: '/events', search: { tab: 'mine' } });
      toasts.say(t('owner.removed', { title: event.title }));
      changed(['events']);
    },
  });
  const open = standing === 'upcoming' || standing === 'on';
  return (
    <div className="owner-menu">
      {standing !== 'cancelled' && <LinkButton to="/events/$eventId/edit" params={{ eventId: String(event.id) }} icon="settings">{t('owner.edit')}</LinkButton>}
      {open && event.ownerId === user?.id && <Button icon="people" onClick={() => setAsking('guests')}>{t('owner.guests')}</Button>}
      <Menu trigger={<IconButton icon="more" label={t('owner.menu')} />}>
        {open && <MenuItem icon="close" onSelect={() => setAsking('cancel')}>{t('owner.cancel')}</MenuItem>}
        {open && <MenuSeparator />}
        <MenuItem icon="warn" danger onSelect={() => setAsking('remove')}>{t('owner.remove')}</MenuItem>
      </Menu>
      <Confirm
        open={asking === 'cancel'} onClose={close} title={t('owner.cancelTitle', { title: event.title })} text={t('owner.cancelText')} action={t('owner.cancel')}
        busy={cancelling.isPending} onConfirm={() => cancelling.mutate()}
      />
      <Confirm
        open={asking === 'remove'} onClose={close} title={t('owner.removeTitle', { title: event.title })} text={t('owner.removeText')} action={t('owner.remove')}
        busy={removal.isPending} onConfirm={() => removal.mutate()}
      />
      {asking === 'guests' && <GuestsDialog event={event} onClose={close} />}
    </div>
  );
}
