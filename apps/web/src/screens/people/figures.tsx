import { useQuery } from '@tanstack/react-query';
import type { ActivityFigures, UserAnalytics } from '@watchparty/protocol';
import type { MessageKey } from '../../i18n/en.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { WeekBars } from './week-bars.tsx';

const KINDS = ['roomsJoined', 'minutesWatched', 'messages', 'events', 'friends'] as const satisfies readonly (keyof ActivityFigures)[];
const NAMES: Readonly<Record<keyof ActivityFigures, MessageKey>> = {
  roomsJoined: 'figures.roomsJoined', minutesWatched: 'figures.minutesWatched', messages: 'figures.messages', events: 'figures.events', friends: 'figures.friends',
};

/** What one has done here, in all and by week; for oneself alone. */
export function Figures({ userId }: { readonly userId: number }) {
  const { t, number } = useI18n();
  const http = useHttp();
  const { data, error, refetch } = useQuery({ queryKey: ['analytics', userId], queryFn: ({ signal }) => http.people.analytics(userId, { signal }) });
  return (
    <section className="section" aria-labelledby="figures">
      <div className="section-head"><h2 id="figures">{t('figures.title')}</h2></div>
      <p className="small faint figures-note">{t('figures.note')}</p>
      {error !== null && data === undefined && <Problem error={error} title={t('figures.cannotLoad')} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <div aria-busy="true"><Skeleton height="160px" /></div>}
      {data !== undefined && (
        <>
          <ul className="figures">
            {KINDS.map((kind) => (
              <li key={kind} className="panel figure">
                <p className="small faint">{t(NAMES[kind])}</p>
                <p className="figure-total tabular">{number(data.totals[kind])}</p>
                <WeekBars name={t(NAMES[kind])} weeks={data.weeks.map((week) => ({ start: week.weekStart, value: week[kind] }))} />
              </li>
            ))}
          </ul>
          <Table weeks={data.weeks} />
        </>
      )}
    </section>
  );
}

function Table({ weeks }: Pick<UserAnalytics, 'weeks'>) {
  const { t, number, day } = useI18n();
  return (
    <details className="figures-table">
      <summary>{t('figures.table')}</summary>
      <div className="figures-scroll" tabIndex={0} role="group" aria-label={t('figures.table')}>
        <table>
          <thead><tr><th scope="col">{t('figures.week')}</th>{KINDS.map((kind) => <th key={kind} scope="col">{t(NAMES[kind])}</th>)}</tr></thead>
          <tbody>
            {weeks.toReversed().map((week) => (
              <tr key={week.weekStart}>
                <th scope="row">{day(week.weekStart, 'UTC')}</th>
                {KINDS.map((kind) => <td key={kind}>{number(week[kind])}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
