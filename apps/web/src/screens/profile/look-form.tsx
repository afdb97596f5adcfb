import { useState } from 'react';
import type { OwnProfile } from '@watchparty/protocol';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session/context.tsx';
import { THEMES, type Theme, useTheme } from '../../shell/theme.tsx';
import { Select } from '../../ui/field.tsx';
import { useToasts } from '../../ui/toasts.tsx';

/** How the app looks and speaks here; mails come in the same language. */
export function LookForm({ user }: { readonly user: OwnProfile }) {
  const { t, locale, setLocale } = useI18n();
  const { theme, setTheme } = useTheme();
  const session = useSession();
  const toasts = useToasts();
  const [busy, setBusy] = useState(false);

  async function speak(next: 'en' | 'ru'): Promise<void> {
    const before = locale;
    setLocale(next);
    setBusy(true);
    try {
      session.profileChanged(await session.http.accounts.patchProfile({ locale: next }));
    } catch (error) {
      setLocale(before);
      toasts.fail(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className="panel">
      <h2>{t('profile.look')}</h2>
      <div className="form-columns">
        <Select label={t('profile.language')} value={locale} aria-busy={busy || undefined} onChange={({ target }) => void speak(target.value as 'en' | 'ru')} {...(user.locale !== locale && { hint: t('profile.mailLanguage') })}>
          <option value="en" lang="en">English</option>
          <option value="ru" lang="ru">Русский</option>
        </Select>
        <Select label={t('profile.theme')} value={theme} onChange={({ target }) => setTheme(target.value as Theme)}>
          {THEMES.map((name) => <option key={name} value={name}>{t(`theme.${name}`)}</option>)}
        </Select>
      </div>
    </section>
  );
}
