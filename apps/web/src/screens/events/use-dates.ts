import { useMemo } from 'react';
import type { Event } from '@watchparty/protocol';
import { useText } from './i18n/use-text.ts';
import { ownZone, wallTime } from './zones.ts';

type When = Pick<Event, 'startsAt' | 'endsAt' | 'startsAtLocal' | 'endsAtLocal' | 'timeZone'>;

export interface EventDates {
  readonly day: string;
  readonly month: string;
  readonly weekday: string;
  /** By the event's clocks: `Saturday, 5 December 2026, 20:00 – 23:00`. */
  readonly there: string;
  /** The same by the viewer's clocks; undefined where they show the same. */
  readonly here: string | undefined;
  /** Both in short, for lists: `Sat, 5 Dec, 20:00 – 23:00`. */
  readonly shortThere: string;
  readonly shortHere: string | undefined;
}

/** How the times of events are written: as the clocks of the event show them, and for those who go by others, as theirs do. */
export function useDates(): { readonly of: (event: When) => EventDates; readonly wall: (local: string) => string; readonly here: (instantMs: number) => string } {
  const { region } = useText();
  return useMemo(() => {
    // What clocks show is written as it is: as if it were UTC, whatever the browser knows of that zone.
    const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(region, { timeZone: 'UTC', ...options });
    const asUtc = (local: string): number => Date.parse(`${local.slice(0, 16)}:00Z`);
    const whole = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' });
    const short: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' };
    const [thisYear, anyYear] = [format(short), format({ ...short, year: 'numeric' })];
    const [day, month, weekday] = [format({ day: 'numeric' }), format({ month: 'short' }), format({ weekday: 'short' })];
    const range = (by: Intl.DateTimeFormat, start: string, end: string | null): string =>
      (end === null ? by.format(asUtc(start)) : by.formatRange(asUtc(start), asUtc(end)));
    const own = (ms: number): string => wallTime(ms, ownZone());
    return {
      wall: (local) => whole.format(asUtc(local)),
      here: (instantMs) => whole.format(asUtc(own(instantMs))),
      of({ startsAt, endsAt, startsAtLocal, endsAtLocal }) {
        const startMs = asUtc(startsAtLocal);
        const ownStart = own(Date.parse(startsAt));
        const ownEnd = endsAt === null ? null : own(Date.parse(endsAt));
        const isSame = ownStart === startsAtLocal.slice(0, 16);
        const inShort = ownStart.slice(0, 4) === own(Date.now()).slice(0, 4) ? thisYear : anyYear;
        return {
          day: day.format(startMs), month: month.format(startMs).replace(/\.$/, ''), weekday: weekday.format(startMs),
          there: range(whole, startsAtLocal, endsAtLocal), here: isSame ? undefined : range(whole, ownStart, ownEnd),
          shortThere: range(inShort, startsAtLocal, endsAtLocal), shortHere: isSame ? undefined : range(inShort, ownStart, ownEnd),
        };
      },
    };
  }, [region]);
}
