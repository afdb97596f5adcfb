import { expect, test } from 'vitest';
import { addDays, addMonths, firstWeekdayOf, startOfWeek, weeksOf } from './months.ts';

test('weeks begin on Mondays or Sundays, and hold the whole month', () => {
  const monday = weeksOf('2026-11', 1);
  expect([monday[0]?.[0], monday.at(-1)?.at(-1), monday.length]).toEqual(['2026-10-26', '2026-12-06', 6]);
  const sunday = weeksOf('2026-11', 7);
  expect([sunday[0]?.[0], sunday.at(-1)?.at(-1), sunday.length]).toEqual(['2026-11-01', '2026-12-05', 5]);
  expect(weeksOf('2027-02', 1)).toHaveLength(4);
  for (const week of monday) expect(week).toHaveLength(7);
});

test('days and months go over years, and no month has a 31st that has none', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  expect(addMonths('2026-12-31', 2)).toBe('2027-02-28');
  expect(addMonths('2028-03-31', -1)).toBe('2028-02-29');
  expect(startOfWeek('2026-11-20', 1)).toBe('2026-11-16');
  expect(startOfWeek('2026-11-22', 7)).toBe('2026-11-22');
});

test('weeks begin as they do where the reader is', () => {
  expect([firstWeekdayOf('en-US'), firstWeekdayOf('en-GB'), firstWeekdayOf('ru')]).toEqual([7, 1, 1]);
});
