import { useEffect, useRef } from 'react';
import type { OwnProfile } from '@watchparty/protocol';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { TextArea, TextField } from '../../ui/field.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useForm } from '../../ui/use-form.ts';

export function AboutForm({ user }: { readonly user: OwnProfile }) {
  const { t } = useI18n();
  const session = useSession();
  const toasts = useToasts();
  const form = useForm({
    initial: { displayName: user.displayName, bio: user.bio },
    check: ({ displayName }) => (displayName.trim() === '' ? { displayName: t('field.needed') } : {}),
    async submit({ displayName, bio }) {
      session.profileChanged(await session.http.accounts.patchProfile({ displayName: displayName.trim(), bio: bio.trim() }));
      toasts.say(t('profile.saved'));
    },
  });

  // Another tab has changed it: shown here too, unless something else has been typed meanwhile.
  const shown = useRef(user);
  useEffect(() => {
    const was = shown.current;
    shown.current = user;
    if (form.values.displayName === was.displayName && form.values.bio === was.bio) form.reset({ displayName: user.displayName, bio: user.bio });
    // Of the user alone: what is typed here changes nothing.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [user]);

  return (
    <section className="panel">
      <h2>{t('profile.about')}</h2>
      <form className="form" onSubmit={form.onSubmit} noValidate>
        <TextField label={t('profile.displayName')} maxLength={60} autoComplete="name" {...form.text('displayName')} />
        <TextArea label={t('profile.bio')} maxLength={500} {...form.text('bio')} />
        <p className="small faint">{t('profile.signedInAs', { username: user.username, email: user.email })}</p>
        <FormProblem error={form.problem} />
        <div><Button look="primary" type="submit" busy={form.busy}>{t('common.save')}</Button></div>
      </form>
    </section>
  );
}
