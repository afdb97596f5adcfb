import { useMemo } from 'react';
import type { MessageKey } from '../../../i18n/en.ts';
import { type Locale, regionOf, useI18n } from '../../../i18n/i18n.tsx';
import { createSpeaker, type Speaker, type Values } from '../../../i18n/speaker.ts';
import { type AdminKey, type AdminMessages, en } from './en.ts';
import { ru } from './ru.ts';

const TEXTS: Readonly<Record<Locale, AdminMessages>> = { en, ru };

export interface AdminText extends Omit<Speaker, 't' | 'has'> {
  readonly t: (key: AdminKey | MessageKey, values?: Values) => string;
  readonly has: (key: string) => key is AdminKey | MessageKey;
  readonly locale: Locale;
}

/** The app's words and those of these pages, which only administrators load. */
export function useText(): AdminText {
  const i18n = useI18n();
  return useMemo(() => {
    const own = createSpeaker(i18n.locale, TEXTS[i18n.locale], regionOf(i18n.locale));
    const has = (key: string): key is AdminKey | MessageKey => own.has(key) || i18n.has(key);
    return { ...i18n, has, t: (key, values) => (own.has(key) ? own.t(key, values) : i18n.t(key, values)) };
  }, [i18n]);
}
