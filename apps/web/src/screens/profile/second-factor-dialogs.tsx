import type { SecondFactorSetup } from '@watchparty/protocol';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { useForm } from '../../ui/use-form.ts';
import type { useProof } from './proof.tsx';
import { QrCode } from './qr-code.tsx';

/** Brings the secret into an app, and asks for a code of it: who cannot make one must not be locked out. */
export function SetUpDialog({ setup, proof, onClose, onConfirmed }: {
  readonly setup: SecondFactorSetup; readonly proof: Pick<ReturnType<typeof useProof>, 'asks'>; readonly onClose: () => void;
  readonly onConfirmed: (recoveryCodes: readonly string[]) => void;
}) {
  const { t } = useI18n();
  const http = useHttp();
  const form = useCodeForm(async (code) => {
    try {
      onConfirmed((await http.secondFactor.confirm(code)).recoveryCodes);
    } catch (error) {
      // By then there is another code to write.
      if (!proof.asks(error, () => {})) throw error;
    }
  });
  return (
    <Dialog open onClose={onClose} title={t('factor.setUpTitle')}>
      <p className="faint">{t('factor.scan')}</p>
      <QrCode text={setup.uri} label={t('factor.qr')} />
      <div className="secret">
        <p className="small faint">{t('factor.secret')}</p>
        <div className="row spread">
          <code>{setup.secret.replaceAll(/.{4}(?=.)/g, '$& ')}</code>
          <CopyButton text={setup.secret} />
        </div>
      </div>
      <form className="form" onSubmit={form.onSubmit} noValidate>
        <TextField label={t('factor.code')} autoComplete="one-time-code" inputMode="numeric" {...form.text('code')} />
        <FormProblem error={form.problem} />
        <div className="dialog-actions">
          <Button look="quiet" onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" type="submit" busy={form.busy}>{t('factor.confirm')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** A code proves who asks: whoever has only found the computer open cannot take the second factor away. */
export function TurnOffDialog({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => void }) {
  const { t } = useI18n();
  const http = useHttp();
  const form = useCodeForm(async (code) => {
    await http.accounts.reauthenticate({ code });
    await http.secondFactor.disable();
    onDone();
  });
  return (
    <Dialog open onClose={onClose} title={t('factor.turnOffTitle')}>
      <form className="form" onSubmit={form.onSubmit} noValidate>
        <p className="faint">{t('factor.turnOffText')}</p>
        <TextField label={t('login.code')} autoComplete="one-time-code" {...form.text('code')} />
        <FormProblem error={form.problem} />
        <div className="dialog-actions">
          <Button look="quiet" onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="danger" type="submit" busy={form.busy}>{t('factor.turnOff')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function useCodeForm(submit: (code: string) => Promise<void>) {
  const { t } = useI18n();
  return useForm({
    initial: { code: '' },
    check: ({ code }) => (code.replaceAll(/[\s-]/g, '').length < 6 ? { code: t('login.codeShort') } : {}),
    submit: ({ code }) => submit(code.trim()),
  });
}
