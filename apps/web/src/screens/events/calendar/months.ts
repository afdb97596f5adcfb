/** Days are told as `2026-12-05`, months as `2026-12`: what the calendar on the wall says, without any time zone. */
const DAY_MS = 24 * 60 * 60 * 1000;

const msOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const addDays = (day: string, count: number): string => dayOf(msOf(day) + count * DAY_MS);
export const monthOf = (day: string): string => day.slice(0, 7);

/** The same day of another month, or its last. */
export function addMonths(day: string, count: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const first = new Date(Date.UTC(year, month - 1 + count, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return dayOf(first.getTime() + (Math.min(date, last) - 1) * DAY_MS);
}

/** From 1, Monday, to 7. */
const weekdayOf = (day: string): number => new Date(msOf(day)).getUTCDay() || 7;

export const startOfWeek = (day: string, firstWeekday: number): string => addDays(day, -((weekdayOf(day) - firstWeekday + 7) % 7));

/** Whole weeks that hold a month. */
export function weeksOf(month: string, firstWeekday: number): string[][] {
  const weeks: string[][] = [];
  for (let day = startOfWeek(`${month}-01`, firstWeekday); monthOf(day) <= month; day = addDays(day, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, nth) => addDays(day, nth)));
  }
  return weeks;
}

/** 1, Monday, to 7: as weeks begin where the reader is. */
export function firstWeekdayOf(region: string): number {
  const locale = new Intl.Locale(region) as Intl.Locale & { getWeekInfo?: () => { firstDay: number }; weekInfo?: { firstDay: number } };
  return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1;
}
