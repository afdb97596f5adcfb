import { useState } from 'react';
import { useI18n } from '../../i18n/i18n.tsx';

const STEP = 8;
const BAR = 6;
const HEIGHT = 40;
const LEAST = 1.5;

interface Week {
  /** A Monday, such as `2030-01-07`. */
  readonly start: string;
  readonly value: number;
}

/** One bar for each week; in words for who sees none. */
export function WeekBars({ name, weeks }: { readonly name: string; readonly weeks: readonly Week[] }) {
  const { t, number, day } = useI18n();
  const [pointed, setPointed] = useState<Week>();
  const high = Math.max(1, ...weeks.map(({ value }) => value));
  const last = weeks.at(-1);
  const shown = pointed ?? last;
  const best = weeks.reduce<Week | undefined>((before, week) => (week.value > (before?.value ?? 0) ? week : before), undefined);
  const told = best === undefined ? t('figures.nothing', { name }) : t('figures.told', { name, now: last?.value ?? 0, most: best.value, date: day(best.start, 'UTC') });
  return (
    <>
      <svg
        className="week-bars" viewBox={`0 0 ${weeks.length * STEP} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={told}
        onPointerMove={({ currentTarget, clientX }) => {
          const { left, width } = currentTarget.getBoundingClientRect();
          setPointed(weeks[Math.floor(((clientX - left) / width) * weeks.length)]);
        }}
        onPointerLeave={() => setPointed(undefined)}
      >
        {weeks.map(({ start, value }, nth) => {
          const height = value === 0 ? LEAST : Math.max(LEAST * 2, (value / high) * HEIGHT);
          return <rect key={start} className={value === 0 ? 'zero' : pointed?.start === start ? 'pointed' : ''} x={nth * STEP} y={HEIGHT - height} width={BAR} height={height} rx="1" />;
        })}
      </svg>
      <p className="week-note faint tabular" aria-hidden="true">
        {shown !== undefined && (pointed === undefined ? t('figures.thisWeek', { value: number(shown.value) }) : t('figures.weekOf', { date: day(shown.start, 'UTC'), value: number(shown.value) }))}
      </p>
    </>
  );
}
