import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { ApiError } from '@watchparty/client';
import { RequireUser } from '../../shell/require-user.tsx';
import { usePageTitle } from '../../shell/use-page-title.ts';
import { LinkButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { useFigures, ViewProvider } from './figures/use-figures.tsx';
import { useText } from './i18n/use-text.ts';
import './admin.css';

const SECTIONS = [
  { to: '/admin', key: 'admin.section.overview' },
  { to: '/admin/jobs', key: 'admin.section.jobs' },
  { to: '/admin/cache', key: 'admin.section.cache' },
  { to: '/admin/live', key: 'admin.section.live' },
  { to: '/admin/limits', key: 'admin.section.limits' },
  { to: '/admin/sessions', key: 'admin.section.sessions' },
  { to: '/admin/reports', key: 'admin.section.reports' },
  { to: '/admin/users', key: 'admin.section.users' },
  { to: '/admin/audit', key: 'admin.section.audit' },
] as const;

/** Whoever is no administrator gets neither the pages nor, from the server, the data. */
export function Admin() {
  const { t } = useText();
  usePageTitle(t('admin.title'));
  return (
    <RequireUser>
      {(user) => (user.role === 'admin' ? <ViewProvider><Sections><Outlet /></Sections></ViewProvider> : <Forbidden />)}
    </RequireUser>
  );
}

function Sections({ children }: { readonly children: ReactNode }) {
  const { t } = useText();
  const { error } = useFigures();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const nav = useRef<HTMLElement>(null);
  // On a phone they stand in one line, and the chosen one may be outside.
  useEffect(() => {
    const chosen = nav.current?.querySelector<HTMLElement>(`a[href="${path}"]`);
    if (chosen != null) nav.current!.scrollLeft = chosen.offsetLeft - (nav.current!.clientWidth - chosen.clientWidth) / 2;
  }, [path]);

  // Somebody else may have taken the role away meanwhile.
  if (error instanceof ApiError && error.code === 'auth.forbidden') return <Forbidden />;
  return (
    <div className="admin">
      <nav className="admin-nav" ref={nav} aria-label={t('admin.sections')}>
        {SECTIONS.map(({ to, key }) => (
          <Link key={to} to={to} className="admin-link" activeOptions={{ exact: to === '/admin' }}>{t(key)}</Link>
        ))}
      </nav>
      <div className="admin-body">{children}</div>
    </div>
  );
}

function Forbidden() {
  const { t } = useText();
  return (
    <div className="page narrow stack">
      <Icon name="lock" size={32} className="faint" />
      <h1>{t('admin.forbiddenTitle')}</h1>
      <p className="faint">{t('admin.forbiddenText')}</p>
      <div className="row"><LinkButton to="/" look="primary">{t('admin.home')}</LinkButton></div>
    </div>
  );
}
