import type { MessageKey, Plural } from './en.ts';

export type Values = Readonly<Record<string, string | number>>;

export interface Speaker<Key extends string = MessageKey> {
  /** The text of a key, with its `{values}`; of several forms, the one for `count`. */
  readonly t: (key: Key, values?: Values) => string;
  /** Whether there is such a text. */
  readonly has: (key: string) => key is Key;
  /** Relative within a day, else the date. */
  readonly when: (iso: string, nowMs?: number) => string;
  /** To the second, for those who want to know exactly. */
  readonly exactly: (iso: string) => string;
  /** The date and the time to the minute. */
  readonly moment: (iso: string) => string;
  /** The date alone; of the reader's time zone unless told. */
  readonly day: (iso: string, timeZone?: 'UTC') => string;
  readonly clockTime: (iso: string) => string;
  readonly number: (value: number) => string;
  readonly bytes: (value: number) => string;
}

const HOUR_MINUTES = 60;
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `region`: how numbers and times are written where the reader is, such as `en-GB`. */
export function createSpeaker<Key extends string>(locale: string, messages: Readonly<Record<Key, string | Plural>>, region = locale): Speaker<Key> {
  const rules = new Intl.PluralRules(locale);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const numbers = new Intl.NumberFormat(region);
  const day = new Intl.DateTimeFormat(region, { day: 'numeric', month: 'long', year: 'numeric' });
  const utcDay = new Intl.DateTimeFormat(region, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  const exact = new Intl.DateTimeFormat(region, { dateStyle: 'long', timeStyle: 'medium' });
  const dateAndTime = new Intl.DateTimeFormat(region, { dateStyle: 'medium', timeStyle: 'short' });
  const time = new Intl.DateTimeFormat(region, { hour: '2-digit', minute: '2-digit' });

  const form = (message: string | Plural, count: number): string =>
    typeof message === 'string' ? message : (message[rules.select(count) as keyof Plural] ?? message.other);

  return {
    t(key, values = {}) {
      const text = form(messages[key], Number(values['count'] ?? 0));
      return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
        const value = values[name];
        if (value === undefined) return whole;
        return typeof value === 'number' ? numbers.format(value) : value;
      });
    },
    has: (key): key is Key => Object.hasOwn(messages, key),
    when(iso, nowMs = Date.now()) {
      const minutes = Math.round((Date.parse(iso) - nowMs) / 60_000);
      if (Math.abs(minutes) < HOUR_MINUTES) return relative.format(minutes, 'minute');
      if (Math.abs(minutes) < 24 * HOUR_MINUTES) return relative.format(Math.round(minutes / HOUR_MINUTES), 'hour');
      return day.format(Date.parse(iso));
    },
    exactly: (iso) => exact.format(Date.parse(iso)),
    moment: (iso) => dateAndTime.format(Date.parse(iso)),
    day: (iso, timeZone) => (timeZone === 'UTC' ? utcDay : day).format(Date.parse(iso)),
    clockTime: (iso) => time.format(Date.parse(iso)),
    number: (value) => numbers.format(value),
    bytes(value) {
      const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
      const amount = value / 1000 ** power;
      return `${numbers.format(amount < 10 && power > 0 ? Math.round(amount * 10) / 10 : Math.round(amount))} ${UNITS[power]}`;
    },
  };
}

/** `1:02:03`, as players show it. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
