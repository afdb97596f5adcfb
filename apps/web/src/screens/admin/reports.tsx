import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '@watchparty/client';
import type { ActivityReport } from '@watchparty/protocol';
import { Link } from '@tanstack/react-router';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/field.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Empty, Skeleton } from '../../ui/states.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { Chart } from './chart/chart.tsx';
import { useText } from './i18n/use-text.ts';
import { useUnits } from './i18n/use-units.ts';
import { Section } from './section.tsx';
import { Stat } from './stat.tsx';

const SPANS_DAYS = [7, 30, 90] as const;
const LIMIT = 30;
const ASK_AGAIN_MS = 1000;

export function Reports() {
  const { t, when } = useText();
  const http = useHttp();
  const [chosen, setChosen] = useState<string>();
  const { data: list, error, refetch } = useQuery({ queryKey: ['admin', 'reports'], queryFn: ({ signal }) => http.queues.reports({ limit: LIMIT }, { signal }) });
  const id = chosen ?? list?.items[0]?.id;
  const { data: report, error: reportError } = useQuery({
    queryKey: ['admin', 'report', id], enabled: id !== undefined, staleTime: Infinity, queryFn: ({ signal }) => http.queues.getReport(id!, { signal }),
  });
  const wrong = list === undefined ? error : reportError;
  return (
    <Section title={t('admin.section.reports')} actions={<WriteReport onWritten={() => setChosen(undefined)} />}>
      {wrong !== null && <Problem error={wrong} title={t('reports.cannotLoad')} onRetry={() => void refetch()} />}
      {wrong === null && (list === undefined || (id !== undefined && report === undefined)) && <div className="stats" aria-busy="true"><Skeleton height="104px" /><Skeleton height="104px" /></div>}
      {list !== undefined && list.items.length === 0 && <Empty icon="list" text={t('reports.none')} />}
      {list !== undefined && list.items.length > 1 && (
        <div className="report-choice">
          <Select label={t('reports.which')} value={id} onChange={({ target }) => setChosen(target.value)}>
            {list.items.map((one) => <option key={one.id} value={one.id}>{t('reports.name', { from: one.from, to: one.to, time: when(one.createdAt) })}</option>)}
          </Select>
        </div>
      )}
      {report !== undefined && <Report report={report} />}
    </Section>
  );
}

function WriteReport({ onWritten }: { readonly onWritten: () => void }) {
  const { t } = useText();
  const http = useHttp();
  const toasts = useToasts();
  const queries = useQueryClient();
  const [days, setDays] = useState<number>(30);
  const [awaited, setAwaited] = useState<string>();
  const writing = useMutation({ mutationFn: () => http.queues.report({ days }), onSuccess: ({ jobId }) => setAwaited(jobId), onError: toasts.fail });
  // It is there when its job is done, a moment later or when the worker has time.
  useQuery({
    queryKey: ['admin', 'awaited', awaited], enabled: awaited !== undefined, refetchInterval: ASK_AGAIN_MS, staleTime: 0,
    async queryFn({ signal }) {
      try {
        await http.queues.getReport(awaited!, { signal });
      } catch (error) {
        if (error instanceof ApiError && error.code === 'queues.report_not_found') return null;
        throw error;
      }
      setAwaited(undefined);
      onWritten();
      await queries.invalidateQueries({ queryKey: ['admin', 'reports'] });
      return null;
    },
  });
  const busy = writing.isPending || awaited !== undefined;
  return (
    <>
      <select className="control report-days" aria-label={t('reports.days')} value={days} onChange={({ target }) => setDays(Number(target.value))}>
        {SPANS_DAYS.map((span) => <option key={span} value={span}>{t('reports.lastDays', { count: span })}</option>)}
      </select>
      <Button busy={busy} onClick={() => writing.mutate()}>{t('reports.write')}</Button>
      <span className="visually-hidden" role="status">{busy && t('reports.writing')}</span>
    </>
  );
}

function Report({ report: { totals, days, rooms } }: { readonly report: ActivityReport }) {
  const { t, number } = useText();
  const units = useUnits();
  const at = days.map(({ day }) => Date.parse(day));
  const of = (field: 'messages' | 'joins' | 'peakParticipants') => days.map((day) => day[field]);
  const watchedHours = days.map(({ watchSeconds }) => watchSeconds / 3600);
  return (
    <>
      <div className="stats">
        <Stat label={t('reports.watched')} value={units.hours(totals.watchSeconds / 3600)} values={watchedHours} />
        <Stat label={t('reports.messages')} value={number(totals.messages)} values={of('messages')} />
        <Stat label={t('reports.joins')} value={number(totals.joins)} values={of('joins')} />
        <Stat label={t('reports.peak')} value={number(totals.peakParticipants)} values={of('peakParticipants')} />
        <Stat label={t('reports.rooms')} value={number(totals.rooms)} hint={t('reports.activeRooms', { count: totals.activeRooms })} />
      </div>
      <div className="charts">
        <Chart title={t('reports.watched')} days at={at} format={units.hours} lines={[{ label: t('reports.watched'), values: watchedHours, tone: 'accent' }]} />
        <Chart title={t('reports.messages')} days at={at} format={units.count} lines={[{ label: t('reports.messages'), values: of('messages'), tone: 'live' }]} />
        <Chart title={t('reports.joins')} days at={at} format={units.count} lines={[
          { label: t('reports.joins'), values: of('joins'), tone: 'accent' },
          { label: t('reports.peak'), values: of('peakParticipants'), tone: 'live' },
        ]} />
      </div>
      <div className="panel">
        <h2>{t('reports.mostActive')}</h2>
        {rooms.length === 0 && <p className="faint">{t('reports.noRooms')}</p>}
        {rooms.length > 0 && (
          <div className="table-scroll" tabIndex={0} role="group" aria-label={t('reports.mostActive')}>
            <table>
              <thead>
                <tr>{(['reports.room', 'reports.watched', 'reports.messages', 'reports.joins', 'reports.peak'] as const).map((key) => <th key={key} scope="col">{t(key)}</th>)}</tr>
              </thead>
              <tbody>
                {rooms.map(({ roomId, name, isPrivate, isActive, watchSeconds, messages, joins, peakParticipants }) => (
                  <tr key={roomId}>
                    <th scope="row">
                      <Link to="/rooms/$roomId" params={{ roomId: String(roomId) }}>{name}</Link>
                      <span className="faint table-note">{[isPrivate && t('reports.private'), !isActive && t('reports.closed')].filter(Boolean).join(', ')}</span>
                    </th>
                    <td>{units.hours(watchSeconds / 3600)}</td><td>{number(messages)}</td><td>{number(joins)}</td><td>{number(peakParticipants)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </>
  );
}
