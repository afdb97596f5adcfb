import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { createQueries } from './api/queries.ts';
import { FriendsKeeper } from './friends/friends-keeper.ts';
import type { Messages } from './i18n/en.ts';
import { I18nProvider, type Locale } from './i18n/i18n.tsx';
import { createAppRouter } from './router.tsx';
import { LiveProvider } from './live/live.tsx';
import { UploadsProvider } from './screens/movies/uploads.tsx';
import { SessionProvider } from './session/context.tsx';
import type { Session } from './session/session.ts';
import type { Tabs } from './session/tabs.ts';
import { PageTitleProvider } from './shell/page-title.tsx';
import { ThemeProvider } from './shell/theme.tsx';
import { ToastProvider } from './ui/toasts.tsx';

interface Props {
  readonly session: Session;
  readonly tabs: Tabs;
  readonly spoken: { readonly locale: Locale; readonly messages: Messages };
}

export function App({ session, tabs, spoken }: Props) {
  const [queries] = useState(createQueries);
  const [router] = useState(createAppRouter);

  useEffect(() => tabs.hear((news) => {
    if (news.type === 'changed') void queries.invalidateQueries({ queryKey: news.queryKey });
  }), [tabs, queries]);

  // What one person was shown is not for the next one.
  useEffect(() => {
    let who = personIn(session);
    return session.subscribe(() => {
      const now = personIn(session);
      if (now === undefined || now === who) return;
      if (who !== undefined) queries.clear();
      who = now;
    });
  }, [session, queries]);

  return (
    <CSPProvider disableStyleElements>
      <ThemeProvider>
        <I18nProvider first={spoken}>
          <SessionProvider session={session} tabs={tabs}>
            <QueryClientProvider client={queries}>
              <ToastProvider>
                <LiveProvider>
                  <FriendsKeeper />
                  <PageTitleProvider>
                    <UploadsProvider>
                      <RouterProvider router={router} />
                    </UploadsProvider>
                  </PageTitleProvider>
                </LiveProvider>
              </ToastProvider>
            </QueryClientProvider>
          </SessionProvider>
        </I18nProvider>
      </ThemeProvider>
    </CSPProvider>
  );
}

/** Undefined while nobody knows. */
function personIn({ state }: Session): string | undefined {
  switch (state.status) {
    case 'signed-in': return `user ${state.user.id}`;
    case 'guest': return `guest ${state.guest.id}`;
    case 'signed-out': return 'nobody';
    default: return undefined;
  }
}
