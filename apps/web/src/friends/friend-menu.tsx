import { useState } from 'react';
import type { Person } from '@watchparty/protocol';
import { useI18n } from '../i18n/i18n.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Menu, MenuItem, MenuSeparator } from '../ui/menu.tsx';
import { useFriendAction } from './actions.ts';
import { InviteFriend } from './invite-friend.tsx';

type Asking = 'invite' | 'remove' | 'block' | undefined;

/** What one can do about a friend. `withInvite`: asking them to watch has a button of its own. */
export function FriendMenu({ person, withInvite = false }: { readonly person: Person; readonly withInvite?: boolean }) {
  const { t } = useI18n();
  const act = useFriendAction();
  const [asking, setAsking] = useState<Asking>();
  const close = (): void => setAsking(undefined);
  const name = person.displayName;
  return (
    <>
      {withInvite && <Button look="primary" icon="sofa" onClick={() => setAsking('invite')}>{t('friends.invite')}</Button>}
      <Menu trigger={<IconButton icon="more" label={t('people.menu', { name })} />}>
        {!withInvite && <MenuItem icon="sofa" onSelect={() => setAsking('invite')}>{t('friends.invite')}</MenuItem>}
        {!withInvite && <MenuSeparator />}
        <MenuItem icon="close" onSelect={() => setAsking('remove')}>{t('friends.remove')}</MenuItem>
        <MenuItem icon="block" danger onSelect={() => setAsking('block')}>{t('friends.block')}</MenuItem>
      </Menu>
      {asking === 'invite' && <InviteFriend person={person} onClose={close} />}
      <Confirm
        open={asking === 'remove'} onClose={close} title={t('friends.removeTitle', { name })} text={t('friends.removeText')} action={t('friends.remove')}
        onConfirm={() => {
          close();
          act({ kind: 'remove', person });
        }}
      />
      <ConfirmBlock person={person} open={asking === 'block'} onClose={close} />
    </>
  );
}

export function ConfirmBlock({ person, open, onClose }: { readonly person: Person; readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useI18n();
  const act = useFriendAction();
  return (
    <Confirm
      open={open} onClose={onClose} title={t('friends.blockTitle', { name: person.displayName })} text={t('friends.blockText')} action={t('friends.block')}
      onConfirm={() => {
        onClose();
        act({ kind: 'block', person });
      }}
    />
  );
}
