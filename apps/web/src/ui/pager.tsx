import { useI18n } from '../i18n/i18n.tsx';
import { Button } from './button.tsx';

export function Pager({ page, limit, total, onPage }: {
  readonly page: number; readonly limit: number; readonly total: number; readonly onPage: (page: number) => void;
}) {
  const { t } = useI18n();
  const pages = Math.max(1, Math.ceil(total / limit));
  if (pages === 1) return null;
  return (
    <nav className="pager" aria-label={t('pager.label')}>
      <Button disabled={page <= 1} onClick={() => onPage(page - 1)}>{t('pager.before')}</Button>
      <span className="tabular">{t('pager.at', { page, pages })}</span>
      <Button disabled={page >= pages} onClick={() => onPage(page + 1)}>{t('pager.after')}</Button>
    </nav>
  );
}
