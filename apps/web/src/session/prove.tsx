import { useState } from 'react';
import { ApiError } from '@watchparty/client';
import { useI18n } from '../i18n/i18n.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { PasswordField } from '../ui/field.tsx';
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
    initial: { password: '' },
    check: ({ password }) => (password === '' ? { password: t('field.needed') } : {}),
    async submit({ password }) {
      try {
        await http.accounts.reauthenticate(needsCode ? { code: password } : { password });
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
        <PasswordField key={String(needsCode)} label={t(needsCode ? 'login.code' : 'login.password')} autoComplete={needsCode ? 'one-time-code' : 'current-password'} {...form.text('password')} />
        <FormProblem error={form.problem} />
        <div className="dialog-actions">
          <Button look="quiet" onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" type="submit" busy={form.busy}>{t('prove.submit')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
