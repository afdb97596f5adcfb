import { useNavigate } from '@tanstack/react-router';
import type { RefObject } from 'react';
import { useI18n } from '../i18n/i18n.tsx';
import { useSession, useSessionState } from '../session/context.tsx';
import { MenuItem, MenuSeparator, OpenMenu } from '../ui/menu.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { THEMES, useTheme } from './theme.tsx';

/** Theme, language, and what one does with one's account. */
export function PersonMenu({ anchor, label, onClose }: {
  readonly anchor: RefObject<HTMLElement | null>; readonly label: string; readonly onClose: () => void;
}) {
  const { t, locale, setLocale } = useI18n();
  const { theme, setTheme } = useTheme();
  const session = useSession();
  const state = useSessionState();
  const navigate = useNavigate();
  const toasts = useToasts();
  const person = state.status === 'signed-in' ? state.user : state.status === 'guest' ? state.guest : undefined;

  function speak(next: 'en' | 'ru'): void {
    const before = locale;
    setLocale(next);
    if (state.status !== 'signed-in') return;
    // The server writes its mails in it.
    session.http.accounts.patchProfile({ locale: next }).then(session.profileChanged, (error: unknown) => {
      setLocale(before);
      toasts.fail(error);
    });
  }

  return (
    <OpenMenu anchor={anchor} label={label} onClose={onClose}>
      {person !== undefined && <div className="menu-label">{person.username}</div>}
      {state.status === 'signed-in' && <MenuItem icon="user" onSelect={() => void navigate({ to: '/profile' })}>{t('nav.profile')}</MenuItem>}
      {state.status === 'signed-in' && state.user.role === 'admin' && <MenuItem icon="gauge" onSelect={() => void navigate({ to: '/admin' })}>{t('nav.admin')}</MenuItem>}
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
    </OpenMenu>
  );
}
