import { useState } from 'react';
import { useChanged } from '../api/use-changed.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { useHttp } from '../session/context.tsx';
import { Button } from '../ui/button.tsx';
import { useToasts } from '../ui/toasts.tsx';

/** Once it is answered the server takes the notice back, in every tab. */
export function FriendAnswer({ requestId, name }: { readonly requestId: number; readonly name: string }) {
  const { t } = useI18n();
  const { friends } = useHttp();
  const toasts = useToasts();
  const changed = useChanged();
  const [busy, setBusy] = useState<'accept' | 'reject'>();

  async function answer(as: 'accept' | 'reject'): Promise<void> {
    if (busy !== undefined) return;
    setBusy(as);
    try {
      await friends[as](requestId);
      if (as === 'accept') toasts.say(t('notice.friendAccepted', { name }));
      changed(['friends']);
    } catch (error) {
      toasts.fail(error);
    }
    setBusy(undefined);
  }

  return (
    <div className="notice-actions">
      <Button look="primary" busy={busy === 'accept'} onClick={() => void answer('accept')}>{t('notices.accept')}</Button>
      <Button busy={busy === 'reject'} onClick={() => void answer('reject')}>{t('notices.reject')}</Button>
    </div>
  );
}
