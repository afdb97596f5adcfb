import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Room } from '@watchparty/protocol';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { FormProblem, Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useForm } from '../../ui/use-form.ts';
import { InviteFriends } from './invite-friends.tsx';

/** A link for whoever holds it, or a mail; who may not invite shares the room's plain address. */
export function InviteDialog({ room, inRoom, mayInvite, onClose }: {
  readonly room: Room; readonly inRoom: ReadonlySet<number>; readonly mayInvite: boolean; readonly onClose: () => void;
}) {
  const { t, when } = useI18n();
  const http = useHttp();
  const { data, error, refetch } = useQuery({
    queryKey: ['invite-link', room.id], enabled: mayInvite, staleTime: Infinity, queryFn: ({ signal }) => http.rooms.createInviteLink(room.id, { signal }),
  });
  // The address that people here use, whatever the server is called by its settings.
  const url = mayInvite ? data && `${location.origin}/rooms/${room.id}?invite=${encodeURIComponent(data.invite)}` : `${location.origin}/rooms/${room.id}`;
  return (
    <Dialog open onClose={onClose} title={t('invite.title')}>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {url === undefined ? error === null && <Skeleton height="64px" /> : <LinkBox url={url} />}
      <p className="small faint">{mayInvite ? data && t('invite.until', { when: when(data.expiresAt) }) : t('invite.plain')}</p>
      {mayInvite && <InviteFriends roomId={room.id} inRoom={inRoom} />}
      {mayInvite && <MailForm roomId={room.id} />}
    </Dialog>
  );
}

function LinkBox({ url }: { readonly url: string }) {
  const { t } = useI18n();
  const id = useId();
  const [copied, setCopied] = useState(false);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(url);
      setCopied(true);
    } catch {
      // Without permission, or over plain HTTP: then by hand.
      document.getElementById(id)?.focus();
    }
  }

  return (
    <div className="field">
      <label htmlFor={id}>{t('invite.link')}</label>
      <div className="copy-row">
        <input id={id} className="control" readOnly value={url} onFocus={({ target }) => target.select()} />
        <Button look="primary" icon={copied ? 'check' : 'copy'} onClick={() => void copy()}>{t(copied ? 'invite.copied' : 'invite.copy')}</Button>
      </div>
      <span className="visually-hidden" role="status">{copied && t('invite.copied')}</span>
    </div>
  );
}

function MailForm({ roomId }: { readonly roomId: number }) {
  const { t } = useI18n();
  const http = useHttp();
  const toasts = useToasts();
  const form = useForm({
    initial: { email: '' }, draft: `invite:${roomId}`,
    check: ({ email }) => (/^[^\s@]+@[^\s@]+$/.test(email.trim()) ? {} : { email: t('field.email') }),
    async submit({ email }) {
      await http.rooms.invite(roomId, { email: email.trim() });
      form.reset({ email: '' });
      toasts.say(t('invite.sent', { email: email.trim() }));
    },
  });
  return (
    <form className="stack" onSubmit={form.onSubmit} noValidate>
      <TextField label={t('invite.email')} type="email" autoComplete="off" {...form.text('email')} />
      <FormProblem error={form.problem} />
      <div><Button type="submit" busy={form.busy}>{t('invite.send')}</Button></div>
    </form>
  );
}
