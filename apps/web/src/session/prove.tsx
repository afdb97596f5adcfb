import { useState } from 'react';
import { ApiError } from '@watchparty/client';
import { useI18n } from '../i18n/i18n.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { PasswordField, TextField } from '../ui/field.tsx';
import { FormProblem } from '../ui/problem.tsx';
import { useForm } from '../ui/use-form.ts';
import { useHttp } from './context.tsx';

/** Whether what was asked for goes on once it is proven who asks. */
export const needsProof = (error: unknown): boolean => error instanceof ApiError && error.code === 'auth.reauthentication_required';

/** Asks for the password again, or for a code where the account has one. */
export function Prove({ onClose, onProven }: { readonly onClose: () => void; readonly onProven: () => void }) {
  const { t } = useI18n();
  const http = useHttp();
  const [needsCode, setNeedsCode] = useState(false);
  const form = useForm({
    initial: { password: '', code: '' },
    check: ({ password, code }) => ({
      ...(!needsCode && password === '' && { password: t('field.needed') }),
      ...(needsCode && code.trim().length < 6 && { code: t('login.codeShort') }),
    }),
    async submit({ password, code }) {
      try {
        await http.accounts.reauthenticate(needsCode ? { code: code.trim() } : { password });
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 'auth.code_required')) throw error;
        setNeedsCode(true);
        return;
      }
      onProven();
    },
  });
  return (
    <Dialog open onClose={onClose} title={t('prove.title')}>
      <form className="form" onSubmit={form.onSubmit} noValidate>
        <p className="faint">{t(needsCode ? 'login.codeLead' : 'prove.text')}</p>
        {needsCode
          // The step has just come up, and this is all there is to do.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          ? <TextField key="code" label={t('login.code')} autoComplete="one-time-code" inputMode="numeric" autoFocus {...form.text('code')} />
          : <PasswordField key="password" label={t('login.password')} autoComplete="current-password" {...form.text('password')} />}
        <FormProblem error={form.problem} />
        <div className="dialog-actions">
          <Button look="quiet" onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" type="submit" busy={form.busy}>{t('prove.submit')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
