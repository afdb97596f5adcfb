import { useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useI18n } from '../i18n/i18n.tsx';
import { useSession, useSessionState } from '../session/context.tsx';
import { Menu, MenuItem, MenuSeparator } from '../ui/menu.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { THEMES, useTheme } from './theme.tsx';

/** Theme, language, and what one does with one's account. */
export function PersonMenu({ trigger, open, onOpenChange }: {
  readonly trigger: ReactElement; readonly open: boolean; readonly onOpenChange: (open: boolean) => void;
}) {
  const { t, locale, setLocale } = useI18n();
  const { theme, setTheme } = useTheme();
  const session = useSession();
  const state = useSessionState();
  const navigate = useNavigate();
  const toasts = useToasts();
  const person = state.status === 'signed-in' ? state.user : state.status === 'guest' ? state.guest : undefined;

  function speak(next: 'en' | 'ru'): void {
    setLocale(next);
    // The server writes its mails in it.
    if (state.status === 'signed-in') session.http.accounts.patchProfile({ locale: next }).then(session.profileChanged, toasts.fail);
  }

  return (
    <Menu trigger={trigger} open={open} onOpenChange={onOpenChange}>
      {person !== undefined && <div className="menu-label">{person.username}</div>}
      {state.status === 'signed-in' && <MenuItem icon="user" onSelect={() => void navigate({ to: '/profile' })}>{t('nav.profile')}</MenuItem>}
      {THEMES.filter((other) => other !== theme).map((other) => (
        <MenuItem key={other} icon="settings" onSelect={() => setTheme(other)}>{t(`theme.${other}`)}</MenuItem>
      ))}
      <MenuItem icon="chat" onSelect={() => speak(locale === 'en' ? 'ru' : 'en')}>{locale === 'en' ? 'Русский' : 'English'}</MenuItem>
      {person !== undefined && (
        <>
          <MenuSeparator />
          <MenuItem icon="leave" onSelect={() => void session.logout().then(() => navigate({ to: '/' }), toasts.fail)}>
            {t(state.status === 'guest' ? 'nav.leaveAsGuest' : 'nav.logout')}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
