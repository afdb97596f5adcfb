import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { AdminUser } from '@watchparty/protocol';
import { useSession, useUser } from '../../session/context.tsx';
import { needsProof, Prove } from '../../session/prove.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useText } from './i18n/use-text.ts';

type Change = 'promote' | 'demote' | 'disable' | 'enable' | 'removeFactor';

/** What can be done to an account; all but enabling is asked twice, and a sign-in long ago is to be proven. */
export function UserMenu({ user }: { readonly user: AdminUser }) {
  const { t } = useText();
  const session = useSession();
  const self = useUser();
  const toasts = useToasts();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Exclude<Change, 'enable'>>();
  const [unproven, setUnproven] = useState<Change>();
  const { id, username: name } = user;
  const { administration, accounts } = session.http;

  const changing = useMutation({
    mutationFn(change: Change) {
      switch (change) {
        case 'promote': return administration.changeUser(id, { role: 'admin' });
        case 'demote': return administration.changeUser(id, { role: 'user' });
        case 'disable': return administration.changeUser(id, { disabled: true });
        case 'enable': return administration.changeUser(id, { disabled: false });
        default: return administration.removeSecondFactor(id);
      }
    },
    async onSuccess() {
      setAsked(undefined);
      toasts.say(t('users.changed', { name }));
      await queries.invalidateQueries({ queryKey: ['admin', 'users'] });
      if (id === self?.id) session.profileChanged(await accounts.profile());
    },
    onError(error, change) {
      setAsked(undefined);
      if (needsProof(error)) setUnproven(change);
      else toasts.fail(error);
    },
  });

  return (
    <>
      <Menu trigger={<IconButton icon="more" label={t('users.menu', { name })} />}>
        {user.role === 'admin'
          ? <MenuItem icon="user" onSelect={() => setAsked('demote')}>{t('users.demote')}</MenuItem>
          : <MenuItem icon="user" onSelect={() => setAsked('promote')}>{t('users.promote')}</MenuItem>}
        {user.hasSecondFactor && <MenuItem icon="lock" onSelect={() => setAsked('removeFactor')}>{t('users.removeFactor')}</MenuItem>}
        <MenuItem icon="list" onSelect={() => void navigate({ to: '/admin/audit', search: { user: id } })}>{t('users.toAudit')}</MenuItem>
        <MenuSeparator />
        {user.disabledAt === null
          ? <MenuItem icon="leave" danger onSelect={() => setAsked('disable')}>{t('users.disable')}</MenuItem>
          : <MenuItem icon="check" onSelect={() => changing.mutate('enable')}>{t('users.enable')}</MenuItem>}
      </Menu>
      {asked !== undefined && (
        <Confirm
          open onClose={() => setAsked(undefined)} title={t(`users.${asked}Title`, { name })} text={t(`users.${asked}Text`)} action={t(`users.${asked}`)}
          busy={changing.isPending} onConfirm={() => changing.mutate(asked)}
        />
      )}
      {unproven !== undefined && (
        <Prove onClose={() => setUnproven(undefined)} onProven={() => { setUnproven(undefined); changing.mutate(unproven); }} />
      )}
    </>
  );
}
