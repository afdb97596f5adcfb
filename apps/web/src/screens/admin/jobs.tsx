import { useQuery } from '@tanstack/react-query';
import type { Figures, QueueFigures } from '@watchparty/protocol';
import { useHttp } from '../../session/context.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { Chart, type Tone } from './chart/chart.tsx';
import { Sparkline } from './chart/sparkline.tsx';
import { Cleanup } from './cleanup.tsx';
import { FailedJobs } from './failed-jobs.tsx';
import { useFigures, POLL_MS } from './figures/use-figures.tsx';
import { useText } from './i18n/use-text.ts';
import { useNames } from './i18n/use-names.ts';
import { useUnits } from './i18n/use-units.ts';
import { Section, WithFigures } from './section.tsx';

const TONES: readonly Tone[] = ['accent', 'live', 'text', 'faint'];

export function Jobs() {
  const { t } = useText();
  const http = useHttp();
  const { data, error, refetch } = useQuery({
    queryKey: ['admin', 'queues'], refetchInterval: POLL_MS, queryFn: ({ signal }) => http.queues.stats({ signal }),
  });
  return (
    <Section title={t('admin.section.jobs')} timed actions={<a className="button plain" href="/admin/queues">{t('jobs.board')}</a>}>
      {error !== null && data === undefined && <Problem error={error} title={t('jobs.cannotLoad')} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <div className="queues"><Skeleton height="148px" /><Skeleton height="148px" /><Skeleton height="148px" /></div>}
      {data !== undefined && <div className="queues">{Object.values(data).map((queue) => <QueueCard key={queue.queueName} queue={queue} />)}</div>}
      <FailedJobs queues={data === undefined ? [] : Object.values(data).map(({ queueName }) => queueName)} />
      <WithFigures>{(figures) => <OverTime figures={figures} />}</WithFigures>
      <Cleanup />
    </Section>
  );
}

function QueueCard({ queue }: { readonly queue: QueueFigures }) {
  const { t, number } = useText();
  const names = useNames();
  const { figures } = useFigures();
  const values = figures?.queues.find(({ queueName }) => queueName === queue.queueName)?.waiting ?? [];
  return (
    <div className="stat">
      <h2 className="stat-label">{names.queue(queue.queueName)}</h2>
      <div className="stat-row">
        <p className="stat-value tabular">{number(queue.waiting)}</p>
        <p className="stat-hint">{t('jobs.waiting')}</p>
        <Sparkline values={values} />
      </div>
      <dl className="queue-counts">
        {(['active', 'delayed', 'completed', 'failed'] as const).map((field) => (
          <div key={field}><dt>{t(`jobs.${field}`)}</dt><dd className="tabular">{number(queue[field])}</dd></div>
        ))}
      </dl>
    </div>
  );
}

function OverTime({ figures: { at, queues } }: { readonly figures: Figures }) {
  const { t } = useText();
  const names = useNames();
  const units = useUnits();
  const lines = (field: 'waiting' | 'active') =>
    queues.map((queue, nth) => ({ label: names.queue(queue.queueName), values: queue[field], tone: TONES[nth % TONES.length]! }));
  if (queues.length === 0) return null;
  return (
    <div className="charts">
      <Chart title={t('jobs.overTime')} at={at} format={units.count} lines={lines('waiting')} />
      <Chart title={t('jobs.runningOverTime')} at={at} format={units.count} lines={lines('active')} />
    </div>
  );
}
