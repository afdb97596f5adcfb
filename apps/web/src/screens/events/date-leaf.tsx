import type { EventDates } from './use-dates.ts';

/** A leaf of a calendar. Silent: the whole date stands beside it. */
export const DateLeaf = ({ dates: { day, month, weekday }, large = false }: { readonly dates: EventDates; readonly large?: boolean }) => (
  <span className={`leaf ${large ? 'large' : ''}`} aria-hidden="true">
    <span className="leaf-month">{month}</span>
    <span className="leaf-day">{day}</span>
    <span className="leaf-weekday">{weekday}</span>
  </span>
);
