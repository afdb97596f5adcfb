import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { CacheStats, Figures } from '@watchparty/protocol';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Select } from '../../ui/field.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { Chart } from './chart/chart.tsx';
import { Sparkline } from './chart/sparkline.tsx';
import { addUp, perSecond, percent, shares, total } from './figures/series.ts';
import { POLL_MS } from './figures/use-figures.tsx';
import { useText } from './i18n/use-text.ts';
import { useUnits } from './i18n/use-units.ts';
import { Section, WithFigures } from './section.tsx';
import { Stat } from './stat.tsx';

export function CachePage() {
  const { t } = useText();
  return (
    <Section title={t('admin.section.cache')} timed actions={<Clear />}>
      <WithFigures>{(figures) => <OverTime figures={figures} />}</WithFigures>
    </Section>
  );
}

function Clear() {
  const { t } = useText();
  const http = useHttp();
  const toasts = useToasts();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const clearing = useMutation({
    mutationFn: () => http.cache.clear(),
    onSuccess({ keys }) {
      setAsking(false);
      toasts.say(keys === null ? t('cache.clearedUnknown') : t('cache.cleared', { count: keys }));
      void queries.invalidateQueries({ queryKey: ['admin', 'cache'] });
    },
    onError: toasts.fail,
  });
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t('cache.clear')}</Button>
      <Confirm
        open={asking} onClose={() => setAsking(false)} title={t('cache.clearTitle')} text={t('cache.clearText')} action={t('cache.clear')}
        busy={clearing.isPending} onConfirm={() => clearing.mutate()}
      />
    </>
  );
}

function OverTime({ figures }: { readonly figures: Figures }) {
  const { t, number } = useText();
  const units = useUnits();
  const http = useHttp();
  const [chosen, setChosen] = useState('');
  const { data: stats, error, refetch } = useQuery({
    queryKey: ['admin', 'cache'], refetchInterval: POLL_MS, queryFn: ({ signal }) => http.cache.stats({ signal }),
  });
  const { at, cache } = figures;
  const all = cache.namespaces;
  const some = chosen === '' ? all : all.filter(({ name }) => name === chosen);
  const of = (field: 'hits' | 'misses' | 'loads' | 'bypasses' | 'staleHits', from = some) => addUp(from.map((one) => one[field]), at.length);
  const staleHits = total(of('staleHits', all));
  const choice = (
    <div className="chart-choice">
      <Select label={t('cache.namespace')} value={chosen} onChange={({ target }) => setChosen(target.value)}>
        <option value="">{t('cache.allNamespaces')}</option>
        {all.map(({ name }) => <option key={name}>{name}</option>)}
      </Select>
    </div>
  );
  return (
    <>
      <div className="stats">
        <Stat label={t('cache.hitRate')} value={units.percent(percent(total(of('hits', all)), total(of('misses', all))))} values={shares(of('hits', all), of('misses', all))} />
        <Stat label={t('cache.loads')} value={number(total(of('loads', all)))} values={of('loads', all)} />
        <Stat label={t('cache.stale')} value={number(staleHits)} values={of('staleHits', all)} act={staleHits > 0} />
        <Stat label={t('cache.memory')} value={units.bytes(cache.memoryBytes.at(-1)!)} values={cache.memoryBytes} {...(stats && { hint: `${t('cache.state')}: ${t(`cache.state.${stats.breaker}`)}` })} />
        <Stat label={t('cache.keys')} value={stats === undefined ? t('chart.none') : stats.keysEstimated ? t('cache.keysAbout', { count: stats.keys }) : number(stats.keys)} />
      </div>
      {choice}
      <div className="charts">
        <Chart title={t('cache.hitsAndMisses')} at={at} format={units.perSecond} lines={[
          { label: t('cache.hits'), values: perSecond(figures, of('hits')), tone: 'live' },
          { label: t('cache.misses'), values: perSecond(figures, of('misses')), tone: 'accent' },
        ]} />
        <Chart title={t('cache.hitRateOverTime')} at={at} format={units.percent} lines={[
          { label: t('cache.hitRate'), values: shares(of('hits'), of('misses')), tone: 'live' },
        ]} />
        <Chart title={t('cache.loadsOverTime')} at={at} format={units.perSecond} lines={[
          { label: t('cache.loads'), values: perSecond(figures, of('loads')), tone: 'accent' },
          { label: t('cache.bypasses'), values: perSecond(figures, of('bypasses')), tone: 'text' },
          { label: t('cache.stale'), values: perSecond(figures, of('staleHits')), tone: 'loss' },
        ]} />
        <Chart title={t('cache.memoryOverTime')} at={at} format={units.bytes} lines={[
          { label: t('cache.store'), values: cache.memoryBytes, tone: 'accent' },
          { label: t('cache.own'), values: cache.l1Bytes, tone: 'live' },
        ]} />
      </div>
      {error !== null && stats === undefined && <Problem error={error} title={t('cache.cannotLoad')} onRetry={() => void refetch()} />}
      {stats === undefined && error === null && <Skeleton height="240px" />}
      {stats !== undefined && <Namespaces stats={stats} figures={figures} />}
    </>
  );
}

function Namespaces({ stats, figures }: { readonly stats: CacheStats; readonly figures: Figures }) {
  const { t, number, exactly } = useText();
  const units = useUnits();
  const shape = (name: string) => figures.cache.namespaces.find((of) => of.name === name)?.hits ?? [];
  return (
    <div className="panel">
      <h2>{t('cache.byNamespace')}</h2>
      <p className="small faint">{t('cache.since', { time: exactly(stats.since) })}</p>
      <div className="table-scroll" tabIndex={0} role="group" aria-label={t('cache.byNamespace')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('cache.namespace')}</th>
              {(['cache.keys', 'cache.hits', 'cache.misses', 'cache.hitRate', 'cache.loads', 'cache.bypasses', 'cache.stale'] as const).map((key) => <th key={key} scope="col">{t(key)}</th>)}
              <th scope="col"><span className="visually-hidden">{t('cache.shape')}</span></th>
            </tr>
          </thead>
          <tbody>
            {stats.namespaces.map(({ name, keyPattern, keys, hits, misses, hitRate, loads, bypasses, staleHits }) => (
              <tr key={name}>
                <th scope="row">{name}{keyPattern !== null && <code className="faint table-note">{keyPattern}</code>}</th>
                {[keys, hits, misses].map((value, nth) => <td key={nth}>{number(value)}</td>)}
                <td>{hits + misses === 0 ? t('chart.none') : units.percent(hitRate * 100)}</td>
                <td>{number(loads)}</td>
                <td>{number(bypasses)}</td>
                <td className={staleHits > 0 ? 'act' : ''}>{number(staleHits)}</td>
                <td><Sparkline values={shape(name)} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
