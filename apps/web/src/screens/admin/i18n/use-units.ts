import { useMemo } from 'react';
import type { AdminKey } from './en.ts';
import { useText } from './use-text.ts';

type Say = (value: number | null) => string;

export interface Units {
  readonly perSecond: Say;
  readonly perMinute: Say;
  readonly ms: Say;
  readonly percent: Say;
  readonly count: Say;
  readonly bytes: Say;
  readonly hours: Say;
}

/** Three digits say enough; more of them would only flicker. */
const rounded = (value: number): number => (Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(value < 1 ? 2 : 3)));

/** Numbers with what they count, as people write them; a dash where nothing was measured. */
export function useUnits(): Units {
  const text = useText();
  return useMemo(() => {
    const { t, number, bytes } = text;
    const none = t('chart.none');
    const unit = (key: AdminKey): Say => (value) => (value === null ? none : t(key, { value: number(rounded(value)) }));
    return {
      perSecond: unit('unit.perSecond'), perMinute: unit('unit.perMinute'), ms: unit('unit.ms'), hours: unit('unit.hours'),
      percent: (value) => (value === null ? none : t('unit.percent', { value: number(Math.round(value * 10) / 10) })),
      count: (value) => (value === null ? none : number(rounded(value))),
      bytes: (value) => (value === null ? none : bytes(value)),
    };
  }, [text]);
}
