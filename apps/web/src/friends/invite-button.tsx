import { useMutation } from '@tanstack/react-query';
import type { Person } from '@watchparty/protocol';
import { useI18n } from '../i18n/i18n.tsx';
import { useHttp } from '../session/context.tsx';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { useToasts } from '../ui/toasts.tsx';

/** Invites somebody to a room: they are told at once, and may come in. */
export function InviteButton({ person, roomId, label }: { readonly person: Person; readonly roomId: number; readonly label: string }) {
  const { t } = useI18n();
  const http = useHttp();
  const toasts = useToasts();
  const invitation = useMutation({ mutationFn: () => http.rooms.invite(roomId, { userId: person.id }), onError: toasts.fail });
  return (
    <>
      {invitation.isSuccess
        ? <span className="small is-online row"><Icon name="check" size={16} /> {t('friends.invited')}</span>
        : <Button busy={invitation.isPending} aria-label={label} onClick={() => invitation.mutate()}>{t('room.invite')}</Button>}
      <span className="visually-hidden" role="status">{invitation.isSuccess && t('friends.invitedName', { name: person.displayName })}</span>
    </>
  );
}
