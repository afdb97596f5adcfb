import { useQuery } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp, useSession } from '../../session/context.tsx';
import { usePageTitle } from '../../shell/use-page-title.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { useForm } from '../../ui/use-form.ts';

/** What strangers see: what they may know of the room, and the ways in. */
export function RoomDoor({ roomId, invite }: { readonly roomId: number; readonly invite: string | undefined }) {
  const { t } = useI18n();
  const http = useHttp();
  const next = useRouterState({ select: ({ location }) => location.href });
  const { data: room, isPending } = useQuery({ queryKey: ['room', roomId], queryFn: ({ signal }) => http.rooms.get(roomId, { signal }) });
  usePageTitle(room?.name ?? t('door.title'));
  return (
    <div className="page narrow stack door">
      {isPending ? <Skeleton height="64px" /> : (
        <div>
          <p className="faint small">{t(invite === undefined ? 'door.room' : 'door.invited')}</p>
          <h1>{room?.name ?? t('door.title')}</h1>
          {room !== undefined && room.description !== '' && <p className="faint">{room.description}</p>}
          {room !== undefined && <p className="small room-people">{t('room.people', { count: room.participantCount })}</p>}
        </div>
      )}
      {invite !== undefined && <GuestForm invite={invite} />}
      <section className="panel stack">
        <p>{t(invite === undefined ? 'door.signIn' : 'door.orSignIn')}</p>
        <div className="row">
          <LinkButton to="/login" search={{ next }} look={invite === undefined ? 'primary' : 'plain'}>{t('nav.login')}</LinkButton>
          <LinkButton to="/register" search={{ next, ...(invite !== undefined && { invite }) }}>{t('nav.register')}</LinkButton>
        </div>
      </section>
    </div>
  );
}

/** Looking in without an account, for as long as the evening lasts. */
function GuestForm({ invite }: { readonly invite: string }) {
  const { t } = useI18n();
  const session = useSession();
  const form = useForm({
    initial: { displayName: '' }, draft: 'guest',
    check: ({ displayName }) => (displayName.trim() === '' ? { displayName: t('door.nameNeeded') } : {}),
    submit: ({ displayName }) => session.becomeGuest({ displayName: displayName.trim(), invite }),
  });
  return (
    <form className="panel stack" onSubmit={form.onSubmit} noValidate>
      <TextField label={t('door.guestName')} hint={t('door.guestHint')} maxLength={30} autoComplete="nickname" {...form.text('displayName')} />
      <FormProblem error={form.problem} />
      <div><Button look="primary" type="submit" busy={form.busy}>{t('door.enterAsGuest')}</Button></div>
    </form>
  );
}
