import type { ReactNode } from 'react';
import { Dialog as Base } from '@base-ui/react/dialog';
import { useI18n } from '../i18n/i18n.tsx';
import { Button, IconButton } from './button.tsx';
import './dialog.css';

export function Dialog({ open, onClose, title, children, wide = false }: {
  readonly open: boolean; readonly onClose: () => void; readonly title: string; readonly children: ReactNode; readonly wide?: boolean;
}) {
  const { t } = useI18n();
  return (
    <Base.Root open={open} onOpenChange={(next) => { if (!next) onClose(); }}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className={`dialog ${wide ? 'wide' : ''}`}>
          <div className="dialog-head">
            <Base.Title className="dialog-title">{title}</Base.Title>
            <Base.Close render={<IconButton icon="close" label={t('common.close')} />} />
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** Asks before something that cannot be taken back. */
export function Confirm({ open, onClose, title, text, action, busy = false, onConfirm, children }: {
  readonly open: boolean; readonly onClose: () => void; readonly title: string; readonly text: string; readonly action: string;
  readonly busy?: boolean; readonly onConfirm: () => void; readonly children?: ReactNode;
}) {
  const { t } = useI18n();
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <p className="faint">{text}</p>
      {children}
      <div className="dialog-actions">
        <Button look="quiet" onClick={onClose}>{t('common.cancel')}</Button>
        <Button look="danger" busy={busy} onClick={onConfirm}>{action}</Button>
      </div>
    </Dialog>
  );
}
