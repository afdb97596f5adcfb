import { useState } from 'react';
import { useI18n } from '../i18n/i18n.tsx';
import { Button } from './button.tsx';
import { useToasts } from './toasts.tsx';

/** Copies a text, where the browser lets pages do so: it is on the page to be copied by hand, too. */
export function CopyButton({ text }: { readonly text: string }) {
  const { t } = useI18n();
  const toasts = useToasts();
  const [copied, setCopied] = useState(false);
  if (!('clipboard' in navigator)) return null;
  return (
    <Button icon={copied ? 'check' : 'copy'} onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true), toasts.fail)}>
      {t(copied ? 'invite.copied' : 'invite.copy')}
    </Button>
  );
}
