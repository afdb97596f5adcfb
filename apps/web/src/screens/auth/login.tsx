import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError } from '@watchparty/client';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession, useSessionState } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { PasswordField, TextField } from '../../ui/field.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { useForm } from '../../ui/use-form.ts';
import { AfterSignIn } from './after-sign-in.tsx';
import { AuthPage } from './auth-page.tsx';

export function Login() {
  const { t } = useI18n();
  const session = useSession();
  const state = useSessionState();
  const search = useSearch({ from: '/login' });
  /** The password was right; the account asks for a code too. */
  const [needsCode, setNeedsCode] = useState(false);

  const form = useForm({
    initial: { name: '', password: '', code: '' }, draft: 'login', secret: ['password', 'code'],
    check: ({ name, password, code }) => ({
      ...(name.trim() === '' && { name: t('field.needed') }),
      ...(password === '' && { password: t('field.needed') }),
      ...(needsCode && code.trim().length < 6 && { code: t('login.codeShort') }),
    }),
    async submit({ name, password, code }) {
      const who = name.includes('@') ? { email: name.trim() } : { username: name.trim() };
      try {
        await session.login({ ...who, password, ...(needsCode && { code: code.trim() }) });
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 'auth.code_required')) throw error;
        setNeedsCode(true);
      }
    },
  });

  return (
    <AuthPage title={t(needsCode ? 'login.codeTitle' : 'login.title')} {...(needsCode && { lead: t('login.codeLead') })}>
      <AfterSignIn />
      {state.status === 'signed-out' && state.ended && !needsCode && <p className="panel small" role="status">{t('login.ended')}</p>}
      <form onSubmit={form.onSubmit} noValidate>
        {needsCode
          // The step has just come up, and this is all there is to do.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          ? <TextField label={t('login.code')} autoComplete="one-time-code" inputMode="numeric" autoFocus key="code" {...form.text('code')} />
          : (
            <>
              <TextField label={t('login.name')} autoComplete="username" autoCapitalize="none" spellCheck={false} {...form.text('name')} />
              <PasswordField label={t('login.password')} autoComplete="current-password" {...form.text('password')} />
            </>
          )}
        <FormProblem error={form.problem} />
        <Button look="primary" type="submit" busy={form.busy}>{t('login.submit')}</Button>
        {needsCode && <Button look="quiet" onClick={() => setNeedsCode(false)}>{t('common.back')}</Button>}
      </form>
      <div className="auth-row auth-other">
        <span>{t('login.new')} <Link to="/register" search={search}>{t('nav.register')}</Link></span>
        <Link to="/forgot-password">{t('login.forgot')}</Link>
      </div>
    </AuthPage>
  );
}
