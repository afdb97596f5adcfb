import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { useForm } from '../../ui/use-form.ts';
import { AuthPage } from './auth-page.tsx';

export function ForgotPassword() {
  const { t } = useI18n();
  const http = useHttp();
  const [sentTo, setSentTo] = useState<string>();
  const form = useForm({
    initial: { email: '' },
    check: ({ email }) => (/^[^\s@]+@[^\s@]+$/.test(email.trim()) ? {} : { email: t('field.email') }),
    async submit({ email }) {
      await http.accounts.forgotPassword(email.trim());
      setSentTo(email.trim());
    },
  });
  if (sentTo !== undefined) {
    return (
      <AuthPage title={t('forgot.sentTitle')}>
        <p role="status">{t('forgot.sent', { email: sentTo })}</p>
        <Button onClick={() => setSentTo(undefined)}>{t('forgot.again')}</Button>
      </AuthPage>
    );
  }
  return (
    <AuthPage title={t('forgot.title')} lead={t('forgot.lead')}>
      <form onSubmit={form.onSubmit} noValidate>
        <TextField label={t('register.email')} type="email" autoComplete="email" {...form.text('email')} />
        <FormProblem error={form.problem} />
        <Button look="primary" type="submit" busy={form.busy}>{t('forgot.submit')}</Button>
      </form>
      <p className="auth-other"><Link to="/login">{t('forgot.back')}</Link></p>
    </AuthPage>
  );
}
