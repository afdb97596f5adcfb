import { useNavigate, useSearch } from '@tanstack/react-router';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Button, LinkButton } from '../../ui/button.tsx';
import { PasswordField } from '../../ui/field.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useForm } from '../../ui/use-form.ts';
import { AuthPage } from './auth-page.tsx';

/** Where the link of the mail leads. */
export function ResetPassword() {
  const { t } = useI18n();
  const http = useHttp();
  const toasts = useToasts();
  const navigate = useNavigate();
  const { token } = useSearch({ from: '/reset-password' });
  const form = useForm({
    initial: { password: '' },
    check: ({ password }) => (password.length < 6 ? { password: t('register.passwordShort') } : {}),
    async submit({ password }) {
      await http.accounts.resetPassword({ token: token ?? '', password });
      toasts.say(t('reset.done'));
      await navigate({ to: '/login' });
    },
  });
  if (token === undefined) {
    return (
      <AuthPage title={t('reset.title')}>
        <p className="lead">{t('reset.noToken')}</p>
        <LinkButton to="/forgot-password" look="primary">{t('forgot.submit')}</LinkButton>
      </AuthPage>
    );
  }
  return (
    <AuthPage title={t('reset.title')} lead={t('reset.lead')}>
      <form onSubmit={form.onSubmit} noValidate>
        <PasswordField label={t('reset.password')} hint={t('register.passwordHint')} autoComplete="new-password" {...form.text('password')} />
        <FormProblem error={form.problem} />
        <Button look="primary" type="submit" busy={form.busy}>{t('reset.submit')}</Button>
        {form.problem !== undefined && <LinkButton to="/forgot-password">{t('reset.askAgain')}</LinkButton>}
      </form>
    </AuthPage>
  );
}
