import type { Notice } from '@watchparty/protocol';

interface Day {
  /** The reader's own date, such as `2030-1-31`. */
  readonly key: string;
  readonly items: readonly Notice[];
}

const dayOf = (date: Date): string => `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;

/** By the reader's calendar, in the order that they have. */
export function byDay(notices: readonly Notice[]): Day[] {
  const days = Map.groupBy(notices, ({ createdAt }) => dayOf(new Date(createdAt)));
  return [...days].map(([key, items]) => ({ key, items }));
}

/** Today, yesterday, or the date. */
export function dayName(iso: string, locale: string, now = new Date()): string {
  const date = new Date(iso);
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const name = dayOf(date) === dayOf(now) ? relative.format(0, 'day')
    : dayOf(date) === dayOf(yesterday) ? relative.format(-1, 'day')
      : new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', ...(date.getFullYear() !== now.getFullYear() && { year: 'numeric' }) }).format(date);
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
}
