import { useI18n } from '../i18n/i18n.tsx';
import { LinkButton } from '../ui/button.tsx';
import { usePageTitle } from './use-page-title.ts';

export function NotFound() {
  const { t } = useI18n();
  usePageTitle(t('notFound.title'));
  return (
    <div className="page narrow stack">
      <h1>{t('notFound.title')}</h1>
      <p className="faint">{t('notFound.text')}</p>
      <div className="row">
        <LinkButton to="/" look="primary">{t('notFound.home')}</LinkButton>
        <LinkButton to="/rooms">{t('nav.rooms')}</LinkButton>
      </div>
    </div>
  );
}
