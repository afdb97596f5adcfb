import { Link } from '@tanstack/react-router';
import { type KeyboardEvent, useRef, useState } from 'react';
import type { Event } from '@watchparty/protocol';
import { Button, IconButton, LinkButton } from '../../../ui/button.tsx';
import { EventCard } from '../event-card.tsx';
import { useText } from '../i18n/use-text.ts';
import { ownZone, wallTime } from '../zones.ts';
import { addDays, addMonths, firstWeekdayOf, monthOf, startOfWeek, weeksOf } from './months.ts';
import './month.css';

/** In one day of the month; the day's own list has all. */
const MOST = 3;

interface Props {
  readonly events: readonly Event[];
  readonly month: string;
  readonly today: string;
  readonly onMonth: (month: string) => void;
}

/** A month on the wall. The arrow keys go from day to day, Page Up and Page Down from month to month. */
export function Month({ events, month, today, onMonth }: Props) {
  const { t, region } = useText();
  const [chosen, setChosen] = useState(today);
  const table = useRef<HTMLTableElement>(null);
  const firstWeekday = firstWeekdayOf(region);
  const current = monthOf(chosen) === month ? chosen : `${month}-01`;
  const byDay = Map.groupBy(events, ({ startsAt }) => wallTime(Date.parse(startsAt), ownZone()).slice(0, 10));
  const format = (options: Intl.DateTimeFormatOptions) => (day: string): string => new Intl.DateTimeFormat(region, { timeZone: 'UTC', ...options }).format(Date.parse(day));
  const [whole, title, weekday, longWeekday] = [
    format({ day: 'numeric', month: 'long', year: 'numeric', weekday: 'long' }), format({ month: 'long', year: 'numeric' }), format({ weekday: 'short' }), format({ weekday: 'long' }),
  ];

  function go(day: string): void {
    setChosen(day);
    if (monthOf(day) !== month) onMonth(monthOf(day));
  }
  function move(event: KeyboardEvent): void {
    const week = startOfWeek(current, firstWeekday);
    const next = { ArrowLeft: addDays(current, -1), ArrowRight: addDays(current, 1), ArrowUp: addDays(current, -7), ArrowDown: addDays(current, 7),
      PageUp: addMonths(current, -1), PageDown: addMonths(current, 1), Home: week, End: addDays(week, 6) }[event.key];
    if (next === undefined || !(event.target as HTMLElement).matches('.day-button')) return;
    event.preventDefault();
    go(next);
    // After the month is drawn that it is in.
    requestAnimationFrame(() => table.current?.querySelector<HTMLElement>(`[data-day="${next}"]`)?.focus());
  }
  const [first = []] = weeksOf(month, firstWeekday);
  const ofDay = byDay.get(current) ?? [];

  return (
    <>
      <div className="month-head">
        <h2 id="month" aria-live="polite">{title(`${month}-01`)}</h2>
        <div className="row">
          <Button onClick={() => go(today)}>{t('calendar.today')}</Button>
          <IconButton icon="earlier" label={t('calendar.before')} onClick={() => go(addMonths(`${month}-01`, -1))} />
          <IconButton icon="later" label={t('calendar.after')} onClick={() => go(addMonths(`${month}-01`, 1))} />
        </div>
      </div>
      <table ref={table} className="month" aria-labelledby="month" onKeyDown={move}>
        <thead><tr>{first.map((day) => <th key={day} scope="col" abbr={longWeekday(day)}>{weekday(day)}</th>)}</tr></thead>
        <tbody>
          {weeksOf(month, firstWeekday).map((week) => (
            <tr key={week[0]}>
              {week.map((day) => {
                const here = byDay.get(day) ?? [];
                return (
                  <td key={day} className={`day ${monthOf(day) === month ? '' : 'other'} ${day === current ? 'chosen' : ''}`} {...(day === today && { 'aria-current': 'date' as const })}>
                    <button
                      type="button" className="day-button tabular" data-day={day} tabIndex={day === current ? 0 : -1} aria-pressed={day === current}
                      aria-label={here.length === 0 ? whole(day) : `${whole(day)}, ${t('calendar.count', { count: here.length })}`} onClick={() => go(day)}
                    >{Number(day.slice(8))}</button>
                    {here.length > 0 && <span className="day-dot" aria-hidden="true">{here.length}</span>}
                    <ul className="day-events">
                      {here.slice(0, MOST).map(({ id, title: name, startsAt, cancelledAt }) => (
                        <li key={id}>
                          <Link to="/events/$eventId" params={{ eventId: String(id) }} className={cancelledAt === null ? '' : 'gone'}>
                            <span className="tabular">{wallTime(Date.parse(startsAt), ownZone()).slice(11)}</span> {name}
                          </Link>
                        </li>
                      ))}
                      {here.length > MOST && <li className="faint">{t('calendar.more', { count: here.length - MOST })}</li>}
                    </ul>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <section className="section" aria-labelledby="day">
        <div className="section-head">
          <h2 id="day">{whole(current)}</h2>
          {current >= today && <LinkButton to="/events/new" search={{ date: current }} icon="plus">{t('calendar.makeThen')}</LinkButton>}
        </div>
        {ofDay.length === 0 ? <p className="faint">{t('calendar.free')}</p> : <ul className="event-list">{ofDay.map((event) => <EventCard key={event.id} event={event} />)}</ul>}
      </section>
    </>
  );
}
