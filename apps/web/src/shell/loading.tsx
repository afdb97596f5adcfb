import { useI18n } from '../i18n/i18n.tsx';
import { Skeleton } from '../ui/states.tsx';

/** The rough shape of a page, while its code or its first answer is on the way. */
export function Loading() {
  const { t } = useI18n();
  return (
    <div className="page stack" aria-busy="true">
      <span className="visually-hidden">{t('common.loading')}</span>
      <Skeleton width="240px" height="36px" />
      <Skeleton height="160px" />
      <Skeleton height="160px" />
    </div>
  );
}
