import type { ErrorComponentProps } from '@tanstack/react-router';
import { useI18n } from '../i18n/i18n.tsx';
import { Button } from '../ui/button.tsx';
import { Problem } from '../ui/problem.tsx';

/** A screen broke: said plainly, with a way on. A part of the app that cannot be loaded may be there after a reload. */
export function Failed({ error, reset }: ErrorComponentProps) {
  const { t } = useI18n();
  return (
    <div className="page narrow stack">
      <h1>{t('failed.title')}</h1>
      <p className="faint">{t('failed.text')}</p>
      <Problem error={error} />
      <div className="row">
        <Button look="primary" onClick={() => location.reload()}>{t('failed.reload')}</Button>
        <Button onClick={reset}>{t('common.retry')}</Button>
      </div>
    </div>
  );
}
