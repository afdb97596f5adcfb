import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { kept } from '../session/storage.ts';
import { en, type MessageKey, type Messages } from './en.ts';
import { createSpeaker, type Speaker } from './speaker.ts';

export type Locale = 'en' | 'ru';

interface I18n extends Speaker {
  readonly locale: Locale;
  readonly setLocale: (locale: Locale) => void;
}

const Context = createContext<I18n | undefined>(undefined);
const KEY = 'locale';

const LOADERS: Readonly<Record<Locale, () => Promise<Messages>>> = {
  en: () => Promise.resolve(en),
  ru: async () => (await import('./ru.ts')).ru,
};

/** What was chosen here, or what the browser asks for. */
export function firstLocale(): Locale {
  const chosen = kept.get(KEY);
  if (chosen === 'en' || chosen === 'ru') return chosen;
  return navigator.languages.find((tag) => /^(?:en|ru)\b/.test(tag))?.startsWith('ru') === true ? 'ru' : 'en';
}

/** As the browser knows it, where it speaks this language. */
export const regionOf = (locale: Locale): string => navigator.languages.find((tag) => tag.startsWith(locale)) ?? locale;

export async function loadMessages(locale: Locale): Promise<Messages> {
  return LOADERS[locale]().catch(() => en);
}

export function I18nProvider({ first, children }: { readonly first: { readonly locale: Locale; readonly messages: Messages }; readonly children: ReactNode }) {
  const [{ locale, messages }, setSpoken] = useState(first);

  const setLocale = useCallback((next: Locale) => {
    kept.set(KEY, next);
    void loadMessages(next).then((loaded) => setSpoken({ locale: next, messages: loaded }));
  }, []);

  // Another tab has chosen.
  useEffect(() => {
    const follow = ({ key }: StorageEvent): void => {
      if (key !== `watchparty:${KEY}`) return;
      const next = firstLocale();
      void loadMessages(next).then((loaded) => setSpoken({ locale: next, messages: loaded }));
    };
    addEventListener('storage', follow);
    return () => removeEventListener('storage', follow);
  }, []);

  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);

  const value = useMemo(() => ({ locale, setLocale, ...createSpeaker(locale, messages, regionOf(locale)) }), [locale, messages, setLocale]);
  return <Context value={value}>{children}</Context>;
}

export function useI18n(): I18n {
  const i18n = useContext(Context);
  if (i18n === undefined) throw new Error('There is no I18nProvider');
  return i18n;
}

export type { MessageKey };
