import { useI18n } from '../i18n/i18n.tsx';
import { problemText } from '../i18n/problem-text.ts';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';
import './problem.css';

/** What went wrong, what to do, and the code for those who want to know. */
export function Problem({ error, title, onRetry }: { readonly error: unknown; readonly title?: string; readonly onRetry?: (() => void) | undefined }) {
  const { t, locale, ...speaker } = useI18n();
  const { text, details } = problemText(error, { t, ...speaker }, locale);
  return (
    <div className="problem" role="alert">
      <Icon name="warn" />
      <div>
        {title !== undefined && <p className="problem-title">{title}</p>}
        <p>{text}</p>
        {onRetry !== undefined && <Button onClick={onRetry}>{t('common.retry')}</Button>}
        {details !== undefined && details !== '' && (
          <details>
            <summary>{t('common.details')}</summary>
            <code>{details}</code>
          </details>
        )}
      </div>
    </div>
  );
}

/** Beside a form's button. */
export const FormProblem = ({ error }: { readonly error: unknown }) => (error === undefined ? null : <Problem error={error} />);
