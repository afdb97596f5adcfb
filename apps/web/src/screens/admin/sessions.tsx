import { useQuery } from '@tanstack/react-query';
import { useHttp } from '../../session/context.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { Chart } from './chart/chart.tsx';
import { POLL_MS } from './figures/use-figures.tsx';
import { useText } from './i18n/use-text.ts';
import { useUnits } from './i18n/use-units.ts';
import { Section } from './section.tsx';
import { Bars, Stat } from './stat.tsx';

export function SessionsPage() {
  const { t, has, number } = useText();
  const units = useUnits();
  const http = useHttp();
  const { data, error, refetch } = useQuery({
    queryKey: ['admin', 'sessions'], refetchInterval: POLL_MS, queryFn: ({ signal }) => http.sessions.stats({ signal }),
  });
  const nameOf = (kind: string): string => {
    const key = `devices.kind.${kind}`;
    return kind === 'unknown' ? t('sessions.unknown') : has(key) ? t(key) : kind;
  };
  return (
    <Section title={t('admin.section.sessions')}>
      {error !== null && data === undefined && <Problem error={error} title={t('sessions.cannotLoad')} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <div className="stats" aria-busy="true"><Skeleton height="104px" /><Skeleton height="104px" /></div>}
      {data !== undefined && (
        <>
          <div className="stats">
            <Stat label={t('sessions.active')} value={number(data.activeSessions)} />
            <Stat label={t('sessions.users')} value={number(data.activeUsers)} />
            <Stat label={t('sessions.createdToday')} value={number(data.perDay.at(-1)?.created ?? 0)} values={data.perDay.map(({ created }) => created)} />
          </div>
          <div className="charts">
            <Bars title={t('sessions.byDevice')} none={t('sessions.none')} counts={Object.entries(data.byDevice).map(([device, count]) => [nameOf(device), count])} />
            <Bars title={t('sessions.byPlatform')} none={t('sessions.none')} counts={Object.entries(data.byPlatform).map(([platform, count]) => [nameOf(platform), count])} />
          </div>
          <Chart
            title={t('sessions.perDay')} days at={data.perDay.map(({ date }) => Date.parse(date))} format={units.count}
            lines={[
              { label: t('sessions.created'), values: data.perDay.map(({ created }) => created), tone: 'accent' },
              { label: t('sessions.signedOut'), values: data.perDay.map(({ signedOut }) => signedOut), tone: 'live' },
              { label: t('sessions.revoked'), values: data.perDay.map(({ revoked }) => revoked), tone: 'text' },
            ]}
          />
        </>
      )}
    </Section>
  );
}
