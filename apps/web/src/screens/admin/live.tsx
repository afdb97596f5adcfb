import type { Figures } from '@watchparty/protocol';
import { Chart } from './chart/chart.tsx';
import { latest, total } from './figures/series.ts';
import { useText } from './i18n/use-text.ts';
import { useUnits } from './i18n/use-units.ts';
import { Section, WithFigures } from './section.tsx';
import { Stat } from './stat.tsx';

export function Live() {
  const { t } = useText();
  return (
    <Section title={t('admin.section.live')} timed>
      <WithFigures>{(figures) => <Sockets figures={figures} />}</WithFigures>
    </Section>
  );
}

function Sockets({ figures: { at, live } }: { readonly figures: Figures }) {
  const { t, number } = useText();
  const units = useUnits();
  const nobody = total(live.reports) === 0;
  return (
    <>
      <div className="stats">
        <Stat label={t('live.connections')} value={number(live.connections.at(-1)!)} values={live.connections} />
        <Stat label={t('live.rooms')} value={number(live.rooms.at(-1)!)} values={live.rooms} />
        <Stat label={t('live.drift')} value={units.ms(latest(live.driftP50Ms))} values={live.driftP50Ms} {...(nobody && { hint: t('live.nobody') })} />
        <Stat label={t('live.roundTrip')} value={units.ms(latest(live.roundTripP50Ms))} values={live.roundTripP50Ms} />
      </div>
      <div className="charts">
        <Chart title={t('live.skew')} lead={t('live.skewLead')} at={at} format={units.ms} lines={[
          { label: t('overview.median'), values: live.driftP50Ms, tone: 'live' },
          { label: t('overview.p95'), values: live.driftP95Ms, tone: 'accent' },
        ]} />
        <Chart title={t('live.roundTrips')} at={at} format={units.ms} lines={[
          { label: t('overview.median'), values: live.roundTripP50Ms, tone: 'live' },
          { label: t('overview.p95'), values: live.roundTripP95Ms, tone: 'accent' },
        ]} />
        <Chart title={t('live.overTime')} at={at} format={units.count} lines={[
          { label: t('live.connections'), values: live.connections, tone: 'accent' },
          { label: t('live.rooms'), values: live.rooms, tone: 'live' },
        ]} />
      </div>
    </>
  );
}
