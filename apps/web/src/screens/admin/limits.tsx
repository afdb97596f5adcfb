import type { Figures } from '@watchparty/protocol';
import { Empty } from '../../ui/states.tsx';
import { Chart } from './chart/chart.tsx';
import { perMinute, total } from './figures/series.ts';
import { useText } from './i18n/use-text.ts';
import { useNames } from './i18n/use-names.ts';
import { useUnits } from './i18n/use-units.ts';
import { Section, WithFigures } from './section.tsx';
import { Stat } from './stat.tsx';

export function Limits() {
  const { t } = useText();
  return (
    <Section title={t('admin.section.limits')} lead={t('limits.lead')} timed>
      <WithFigures>{(figures) => <Policies figures={figures} />}</WithFigures>
    </Section>
  );
}

function Policies({ figures }: { readonly figures: Figures }) {
  const { t, number } = useText();
  const { policy: nameOf } = useNames();
  const units = useUnits();
  if (figures.limits.length === 0) return <Empty icon="check" text={t('limits.none')} />;
  return (
    <>
      <div className="stats">
        {figures.limits.map(({ policy, allowed, refused }) => (
          <Stat key={policy} label={nameOf(policy)} value={number(total(refused))} values={refused} hint={`${t('limits.refused')} · ${t('limits.allowed')}: ${number(total(allowed))}`} />
        ))}
      </div>
      <div className="charts">
        {figures.limits.map(({ policy, allowed, refused, local }) => (
          <Chart key={policy} title={nameOf(policy)} at={figures.at} format={units.perMinute} lines={[
            { label: t('limits.allowed'), values: perMinute(figures, allowed), tone: 'live' },
            { label: t('limits.refused'), values: perMinute(figures, refused), tone: 'accent' },
            { label: t('limits.local'), values: perMinute(figures, local), tone: 'text' },
          ]} />
        ))}
      </div>
    </>
  );
}
