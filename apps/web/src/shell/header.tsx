import { Link, useRouterState } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { FriendsLink } from '../friends/friends-link.tsx';
import { useI18n } from '../i18n/i18n.tsx';
import { Bell } from '../notices/bell.tsx';
import { useSessionState } from '../session/context.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { LinkButton } from '../ui/button.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';
import type { PersonMenu } from './person-menu.tsx';

const PLACES = [
  { to: '/', key: 'nav.home', icon: 'home' },
  { to: '/rooms', key: 'nav.rooms', icon: 'sofa' },
  { to: '/movies', key: 'nav.movies', icon: 'film' },
  { to: '/events', key: 'nav.events', icon: 'calendar' },
] as const satisfies readonly { to: string; key: string; icon: IconName }[];

/** On a phone the places stand in a bar at the bottom, but not in a room, which needs all the height there is. */
export function Header({ inRoom = false }: { readonly inRoom?: boolean }) {
  const { t } = useI18n();
  const state = useSessionState();
  const { status } = state;
  return (
    <header className="header">
      <div className="header-inner">
        <Link to="/" className="brand" aria-label="WatchParty">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <span>WatchParty</span>
        </Link>
        {status !== 'guest' && (
          <nav className={`nav ${inRoom ? 'in-room' : ''}`} aria-label={t('nav.label')}>
            {PLACES.map(({ to, key, icon }) => (
              <Link key={to} to={to} activeOptions={{ exact: to === '/' }} className="nav-link">
                <Icon name={icon} size={18} />
                <span>{t(key)}</span>
              </Link>
            ))}
            {status === 'signed-in' && <FriendsLink />}
          </nav>
        )}
        <div className="header-end">
          {status === 'signed-out' && <SignIn />}
          {state.status === 'signed-in' && state.user.role === 'admin' && (
            <Link to="/admin" className="nav-link wide-only" aria-label={t('nav.admin')} title={t('nav.admin')}><Icon name="gauge" size={18} /></Link>
          )}
          {status === 'signed-in' && <Bell />}
          <PersonButton />
        </div>
      </div>
    </header>
  );
}

function SignIn() {
  const { t } = useI18n();
  const next = useRouterState({ select: ({ location }) => location.href });
  const search = /^\/(?:login|register|forgot-password|reset-password)\b/.test(next) || next === '/' ? {} : { next };
  return (
    <>
      <LinkButton to="/login" search={search} look="quiet">{t('nav.login')}</LinkButton>
      <span className="wide-only"><LinkButton to="/register" search={search} look="primary">{t('nav.register')}</LinkButton></span>
    </>
  );
}

/**
 * The menu itself is heavy, and comes when a hand or the keyboard comes near. The button stays the same one meanwhile: one
 * that is put in its place between press and release swallows the click, and takes the focus away from the keyboard.
 */
function PersonButton() {
  const { t } = useI18n();
  const state = useSessionState();
  const button = useRef<HTMLButtonElement>(null);
  const [part, setPart] = useState<{ readonly Menu: typeof PersonMenu }>();
  const [open, setOpen] = useState(false);
  const person = state.status === 'signed-in' ? state.user : state.status === 'guest' ? state.guest : undefined;
  const label = person === undefined ? t('nav.settings') : t('nav.personMenu', { name: person.username });
  const load = (): void => {
    if (part === undefined) import('./person-menu.tsx').then(({ PersonMenu: Menu }) => setPart({ Menu }), () => {});
  };

  return (
    <>
      <button
        ref={button} type="button" className="person-button" aria-haspopup="menu" aria-expanded={open} aria-label={label} onPointerEnter={load} onFocus={load}
        onClick={() => {
          load();
          setOpen(!open);
        }}
      >
        {person === undefined
          ? <Icon name="settings" />
          : <Avatar id={person.id} name={person.displayName} picture={state.status === 'signed-in' ? state.user.profilePicture : null} />}
      </button>
      {open && part !== undefined && <part.Menu anchor={button} label={label} onClose={() => setOpen(false)} />}
    </>
  );
}
