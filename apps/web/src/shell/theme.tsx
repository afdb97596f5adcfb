import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { kept } from '../session/storage.ts';

export type Theme = 'system' | 'dark' | 'light';
export const THEMES: readonly Theme[] = ['system', 'dark', 'light'];

interface Themed {
  readonly theme: Theme;
  readonly setTheme: (theme: Theme) => void;
}

const Context = createContext<Themed>({ theme: 'system', setTheme: () => {} });
/** As `public/theme.js` reads it before the app is there. */
const KEY = 'theme';
const LIGHT = '(prefers-color-scheme: light)';

function keptTheme(): Theme {
  const theme = kept.get(KEY);
  return theme === 'dark' || theme === 'light' ? theme : 'system';
}

export function ThemeProvider({ children }: { readonly children: ReactNode }) {
  const [theme, setTheme] = useState(keptTheme);

  useEffect(() => {
    const system = matchMedia(LIGHT);
    const show = (): void => {
      document.documentElement.dataset['theme'] = theme === 'system' ? (system.matches ? 'light' : 'dark') : theme;
      const ink = getComputedStyle(document.documentElement).getPropertyValue('--ink').trim();
      document.querySelector('meta[name=theme-color]')?.setAttribute('content', ink);
    };
    show();
    system.addEventListener('change', show);
    return () => system.removeEventListener('change', show);
  }, [theme]);

  // Another tab has chosen.
  useEffect(() => {
    const follow = (): void => setTheme(keptTheme());
    addEventListener('storage', follow);
    return () => removeEventListener('storage', follow);
  }, []);

  const value = useMemo(() => ({
    theme,
    setTheme(next: Theme) {
      kept.set(KEY, next === 'system' ? null : next);
      setTheme(next);
    },
  }), [theme]);
  return <Context value={value}>{children}</Context>;
}

export const useTheme = (): Themed => useContext(Context);
