import { useSyncExternalStore } from 'react';
import { useI18n } from '../i18n/i18n.tsx';

function subscribe(changed: () => void): () => void {
  addEventListener('online', changed);
  addEventListener('offline', changed);
  return () => {
    removeEventListener('online', changed);
    removeEventListener('offline', changed);
  };
}

export const useOnline = (): boolean => useSyncExternalStore(subscribe, () => navigator.onLine);

export function OfflineBanner() {
  const { t } = useI18n();
  const online = useOnline();
  return <div role="status">{!online && <p className="offline">{t('offline.text')}</p>}</div>;
}
