import { useMemo } from 'react';
import type { MessageKey } from '../../../i18n/en.ts';
import { type Locale, regionOf, useI18n } from '../../../i18n/i18n.tsx';
import { createSpeaker, type Speaker, type Values } from '../../../i18n/speaker.ts';
import { en, type EventKey, type EventMessages } from './en.ts';
import { ru } from './ru.ts';

const TEXTS: Readonly<Record<Locale, EventMessages>> = { en, ru };

export interface EventText extends Omit<Speaker, 't' | 'has'> {
  readonly t: (key: EventKey | MessageKey, values?: Values) => string;
  readonly locale: Locale;
  /** How dates are written where the reader is, such as `en-GB`. */
  readonly region: string;
}

/** The app's words and those of the screens of events, which come with them. */
export function useText(): EventText {
  const i18n = useI18n();
  return useMemo(() => {
    const region = regionOf(i18n.locale);
    const own = createSpeaker(i18n.locale, TEXTS[i18n.locale], region);
    return { ...i18n, region, t: (key, values) => (own.has(key) ? own.t(key, values) : i18n.t(key, values)) };
  }, [i18n]);
}
