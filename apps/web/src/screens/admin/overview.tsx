import { useQuery } from '@tanstack/react-query';
import type { Figures, Health } from '@watchparty/protocol';
import { useHttp } from '../../session/context.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Chart } from './chart/chart.tsx';
import { addUp, latest, perMinute, perSecond, percent, shares, total } from './figures/series.ts';
import { POLL_MS } from './figures/use-figures.tsx';
import { useUnits } from './i18n/use-units.ts';
import { useText } from './i18n/use-text.ts';
import { Section, WithFigures } from './section.tsx';
import { Stat } from './stat.tsx';

export function Overview() {
  const { t } = useText();
  return (
    <Section title={t('admin.title')} lead={t('overview.lead')} timed>
      <WithFigures>{(figures) => <Now figures={figures} />}</WithFigures>
    </Section>
  );
}

function Now({ figures }: { readonly figures: Figures }) {
  const { t, number, bytes } = useText();
  const units = useUnits();
  const http = useHttp();
  const { data: health } = useQuery({ queryKey: ['admin', 'health'], refetchInterval: POLL_MS, queryFn: ({ signal }) => http.health.parts({ signal }) });
  const { data: failed } = useQuery({
    queryKey: ['admin', 'failed', undefined, 1, 1], refetchInterval: POLL_MS, queryFn: ({ signal }) => http.queues.failed({ limit: 1 }, { signal }),
  });
  const { at, live, process } = figures;
  const length = at.length;
  const served = perSecond(figures, figures.http.requests);
  const hits = addUp(figures.cache.namespaces.map((of) => of.hits), length);
  const misses = addUp(figures.cache.namespaces.map((of) => of.misses), length);
  const waiting = addUp(figures.queues.map((of) => of.waiting), length);
  const refused = perMinute(figures, addUp(figures.limits.map((of) => of.refused), length));
  return (
    <>
      <Needs figures={figures} health={health} failedJobs={failed?.total ?? 0} />
      <div className="stats many">
        <Stat label={t('overview.requests')} value={units.perSecond(latest(served))} values={served} />
        <Stat label={t('overview.answerTime')} value={units.ms(latest(figures.http.p95Ms))} values={figures.http.p95Ms} />
        <Stat label={t('overview.hitRate')} value={units.percent(percent(total(hits), total(misses)))} values={shares(hits, misses)} to="/admin/cache" />
        <Stat label={t('overview.sockets')} value={number(live.connections.at(-1)!)} values={live.connections} to="/admin/live" />
        <Stat label={t('overview.rooms')} value={number(live.rooms.at(-1)!)} values={live.rooms} to="/admin/live" />
        <Stat label={t('overview.waiting')} value={number(waiting.at(-1)!)} values={waiting} to="/admin/jobs" />
        <Stat label={t('overview.refused')} value={units.perMinute(latest(refused))} values={refused} to="/admin/limits" />
        <Stat label={t('overview.memory')} value={bytes(process.residentBytes.at(-1)!)} values={process.residentBytes} hint={`${t('overview.cpu')} ${units.percent(cores(latest(process.cpu)))}`} />
      </div>
      <div className="charts">
        <Chart title={t('overview.load')} at={at} format={units.perSecond} lines={[
          { label: t('overview.served'), values: served, tone: 'accent' },
          { label: t('overview.failed'), values: perSecond(figures, figures.http.failures), tone: 'loss' },
        ]} />
        <Chart title={t('overview.times')} at={at} format={units.ms} lines={[
          { label: t('overview.median'), values: figures.http.p50Ms, tone: 'accent' },
          { label: t('overview.p95'), values: figures.http.p95Ms, tone: 'live' },
          { label: t('overview.p99'), values: figures.http.p99Ms, tone: 'faint' },
        ]} />
      </div>
    </>
  );
}

const cores = (share: number | null): number | null => (share === null ? null : share * 100);

/** Red only here and only for what a person can do something about. */
function Needs({ figures, health, failedJobs }: { readonly figures: Figures; readonly health: Health | undefined; readonly failedJobs: number }) {
  const { t } = useText();
  const failures = total(figures.http.failures);
  const staleHits = total(figures.cache.namespaces.flatMap((of) => of.staleHits));
  const needs = [
    health?.database.status === 'unhealthy' && { key: 'database', text: t('overview.databaseAway') },
    health?.redis.status === 'unhealthy' && { key: 'redis', text: t('overview.redisAway') },
    failedJobs > 0 && {
      key: 'jobs', text: t('overview.failedJobs', { count: failedJobs }),
      way: <LinkButton to="/admin/jobs">{t('overview.lookAtJobs')}</LinkButton>,
    },
    failures > 0 && { key: 'failures', text: t('overview.failures', { count: failures }), hint: t('overview.failuresHint') },
    staleHits > 0 && {
      key: 'stale', text: t('overview.staleHits', { count: staleHits }), hint: t('overview.staleHitsHint'),
      way: <LinkButton to="/admin/cache">{t('overview.lookAtCache')}</LinkButton>,
    },
  ].filter((need) => need !== false && need !== undefined);
  if (needs.length === 0) return <p className="well"><Icon name="check" size={18} />{t('overview.well')}</p>;
  return (
    <div className="needs">
      <h2>{t('overview.needed')}</h2>
      <ul>
        {needs.map(({ key, text, hint, way }) => (
          <li key={key}>
            <Icon name="warn" />
            <p>{text}{hint !== undefined && <span className="faint small"> {hint}</span>}</p>
            {way}
          </li>
        ))}
      </ul>
    </div>
  );
}
