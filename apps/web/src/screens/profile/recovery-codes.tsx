import { useI18n } from '../../i18n/i18n.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

/** Shown this once: for the day when the authenticator app is not at hand. */
export function RecoveryCodesDialog({ codes, onClose }: { readonly codes: readonly string[]; readonly onClose: () => void }) {
  const { t } = useI18n();
  const text = codes.join('\n');
  return (
    <Dialog open onClose={onClose} title={t('recovery.title')}>
      <p className="faint">{t('recovery.text')}</p>
      <ol className="recovery-codes">{codes.map((code) => <li key={code}><code>{code}</code></li>)}</ol>
      <div className="row">
        <CopyButton text={text} />
        <Button icon="download" onClick={() => download(`${text}\n`)}>{t('recovery.download')}</Button>
      </div>
      <div className="dialog-actions"><Button look="primary" onClick={onClose}>{t('recovery.kept')}</Button></div>
    </Dialog>
  );
}

function download(text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = 'watchparty-recovery-codes.txt';
  link.click();
  // The browser has taken hold of it by the next turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
