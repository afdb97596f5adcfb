import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useI18n } from '../i18n/i18n.tsx';
import { useSession, useSessionState } from '../session/context.tsx';
import { Problem } from '../ui/problem.tsx';
import { Loading } from './loading.tsx';
import { Header } from './header.tsx';
import { OfflineBanner } from './offline-banner.tsx';
import './shell.css';

export function Shell() {
  const { t } = useI18n();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const main = useRef<HTMLElement>(null);
  const before = useRef(path);
  const inRoom = /^\/rooms\/\d/.test(path);

  // After a step to another page the keyboard and screen readers begin there.
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    if (document.activeElement === document.body || !main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
  }, [path]);

  return (
    <>
      <a className="skip-link" href="#content" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>{t('nav.skip')}</a>
      <OfflineBanner />
      <Header inRoom={inRoom} />
      <main id="content" ref={main} tabIndex={-1}><Content /></main>
      {!inRoom && <Footer />}
    </>
  );
}

/** Nothing is shown before it is known who looks: a page that says "sign in" to somebody who has would be a lie. */
function Content() {
  const { t } = useI18n();
  const session = useSession();
  const { status } = useSessionState();
  if (status === 'starting') return <Loading />;
  if (status === 'unreachable') {
    return (
      <div className="page narrow stack">
        <h1>{t('unreachable.title')}</h1>
        <Problem error={undefined} title={t('problem.network')} onRetry={() => void session.start()} />
      </div>
    );
  }
  return <Outlet />;
}

function Footer() {
  const { t } = useI18n();
  return (
    <footer className="footer">
      <span className="faint">WatchParty</span>
      <a href="/api/docs">{t('footer.api')}</a>
      <Link to="/movies">{t('nav.movies')}</Link>
    </footer>
  );
}
