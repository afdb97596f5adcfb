import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/inter/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import { App } from './app.tsx';
import { firstLocale, loadMessages } from './i18n/i18n.tsx';
import { createSession } from './session/session.ts';
import { kept, keptInTab } from './session/storage.ts';
import { createTabs } from './session/tabs.ts';

const tabs = createTabs();
const session = createSession({ tabs, kept, keptInTab });
const locale = firstLocale();

// Both are on their way before the first paint; neither waits for the other.
void session.start();
const messages = await loadMessages(locale);
createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <App session={session} tabs={tabs} spoken={{ locale, messages }} />
  </StrictMode>,
);

// After everything that is seen. Browsers have none where the address is neither https nor this machine's own.
if ('serviceWorker' in navigator) {
  const install = (): void => void navigator.serviceWorker.register('/service-worker.js').catch(() => {});
  if (document.readyState === 'complete') install();
  else addEventListener('load', install, { once: true });
}
