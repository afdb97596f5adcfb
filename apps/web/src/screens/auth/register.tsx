import { Link, useSearch } from '@tanstack/react-router';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { PasswordField, TextField } from '../../ui/field.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { useForm } from '../../ui/use-form.ts';
import { AfterSignIn } from './after-sign-in.tsx';
import { AuthPage } from './auth-page.tsx';

const USERNAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/;

export function Register() {
  const { t, locale } = useI18n();
  const session = useSession();
  const { next, invite, setup } = useSearch({ from: '/register' });
  const invitation = invite ?? inviteIn(next);

  const form = useForm({
    initial: { email: '', username: '', password: '' }, draft: 'register', secret: ['password'],
    check: ({ email, username, password }) => ({
      ...(!/^[^\s@]+@[^\s@]+$/.test(email.trim()) && { email: t('field.email') }),
      ...((username.length < 3 || username.length > 30 || !USERNAME.test(username)) && { username: t('register.usernameRule') }),
      ...(password.length < 6 && { password: t('register.passwordShort') }),
    }),
    submit: ({ email, username, password }) => session.register({
      email: email.trim(), username, password, locale,
      ...(setup !== undefined && { setupToken: setup }), ...(invitation !== undefined && { invite: invitation }),
    }),
  });

  return (
    <AuthPage title={t('register.title')} lead={t('register.lead')}>
      <AfterSignIn />
      <form onSubmit={form.onSubmit} noValidate>
        <TextField label={t('register.email')} type="email" autoComplete="email" {...form.text('email')} />
        <TextField label={t('register.username')} hint={t('register.usernameHint')} autoComplete="username" autoCapitalize="none" spellCheck={false} {...form.text('username')} />
        <PasswordField label={t('register.password')} hint={t('register.passwordHint')} autoComplete="new-password" {...form.text('password')} />
        <FormProblem error={form.problem} />
        <Button look="primary" type="submit" busy={form.busy}>{t('register.submit')}</Button>
      </form>
      <p className="auth-other">{t('register.have')} <Link to="/login" search={next === undefined ? {} : { next }}>{t('nav.login')}</Link></p>
    </AuthPage>
  );
}

/** The invitation that somebody has followed to a room opens the door where one registers by invitation only. */
const inviteIn = (next: string | undefined): string | undefined =>
  next === undefined ? undefined : (new URL(next, location.origin).searchParams.get('invite') ?? undefined);
